extension Dataset {
  /// Checks every label map, the pairing of files and what only the whole shows.
  ///
  /// Reads label maps whole and of images only the header. Nothing that is wrong with a file throws.
  ///
  /// - Parameters:
  ///   - splits: which splits; all if nil.
  ///   - threads: how many threads read.
  /// - Throws: `.missingSplit` for a split that is not there.
  public func validate(_ splits: [Split]? = nil, threads: Int = 2) throws(DatasetError) -> ValidationReport {
    var findings: [ValidationReport.Finding] = []
    var mapCount = 0
    let splits = splits ?? self.splits
    for split in splits {
      guard let listing = listings[split] else {
        throw DatasetError(
          .missingSplit, path, cause: "there is no split \(split)",
          remedy: "add one, or use \(self.splits.map(\.rawValue).joined(separator: " or "))")
      }
      findings += Self.pairingFindings(listing, split)
      if listing.samples.isEmpty {
        findings.append(
          ValidationReport.Finding(
            severity: .error, rule: "empty-split", split: split, file: path, place: nil, count: 0,
            cause: "The split has no pair of image and label map.",
            remedy: "Add PNG files of equal names to both folders."))
      }
      let files = listing.samples.map { LabelMapFile(path: $0.labelMapPath, imagePath: $0.imagePath) }
      let result = ValidationReport(checking: files, split: split, root: path, labelSet: labelSet, threads: threads)
      findings += result.findings
      mapCount += result.mapCount
    }
    findings += DuplicateSearch.findings(in: splits.map { ($0, listings[$0]?.samples ?? []) })
    return ValidationReport(findings: findings, mapCount: mapCount)
  }

  private static func pairingFindings(_ listing: SplitListing, _ split: Split) -> [ValidationReport.Finding] {
    func finding(_ rule: String, _ file: String, _ cause: String) -> ValidationReport.Finding {
      ValidationReport.Finding(
        severity: .error, rule: rule, split: split, file: file, place: nil, count: 1, cause: cause,
        remedy: "Add the missing file, remove this one, or set image_suffix and label_suffix.")
    }
    return listing.imagesWithoutMap.map { finding("missing-map", $0, "The image has no label map.") }
      + listing.mapsWithoutImage.map { finding("missing-image", $0, "The label map has no image.") }
  }
}
