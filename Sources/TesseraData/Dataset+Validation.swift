import Dispatch
import Synchronization
import TesseraImaging
import TesseraLabels

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
      let result = SplitValidation(listing.samples, split: split, root: path, labelSet: labelSet, threads: threads)
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

/// The checks of one split's samples, side by side on several threads.
private struct SplitValidation {
  let findings: [ValidationReport.Finding]
  let mapCount: Int

  private struct Progress {
    var next = 0
    var findings: [Int: [ValidationReport.Finding]] = [:]
    var summary: LabelMapValidator.Summary
  }

  init(_ samples: [Sample], split: Split, root: String, labelSet: LabelSet, threads: Int) {
    let empty = LabelMapValidator.Summary(LabelMapValidator(labelSet))
    let progress = Mutex(Progress(summary: empty))
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      var summary = empty
      var found: [Int: [ValidationReport.Finding]] = [:]
      while let index = progress.withLock({ progress in
        defer { progress.next += 1 }
        return progress.next < samples.count ? progress.next : nil
      }) {
        found[index] = samples[index].findings(split: split, summary: &summary)
      }
      progress.withLock { progress in
        progress.summary.merge(summary)
        progress.findings.merge(found) { first, _ in first }
      }
    }
    let (perSample, summary) = progress.withLock { ($0.findings, $0.summary) }
    findings =
      samples.indices.flatMap { perSample[$0] ?? [] }
      + summary.violations.map { ValidationReport.Finding($0, split: split, file: root) }
    mapCount = summary.mapCount
  }
}

extension Sample {
  /// What is wrong with this pair; its map is taken into account in the summary.
  fileprivate func findings(
    split: Split, summary: inout LabelMapValidator.Summary
  ) -> [ValidationReport.Finding] {
    var findings: [ValidationReport.Finding] = []
    var imageSize: PixelSize?
    do {
      let header = try PNGHeader(imagePath: imagePath)
      imageSize = PixelSize(width: header.width, height: header.height)
    } catch {
      findings.append(ValidationReport.Finding(unreadable: imagePath, split: split, "image", error.cause))
    }
    do {
      let map = try PNG.readLabelMap(at: labelMapPath)
      findings += summary.check(map, imageSize: imageSize).map {
        ValidationReport.Finding($0, split: split, file: labelMapPath)
      }
    } catch {
      if case .png(.colorCodedLabelMap(let type)) = error.cause {
        findings.append(
          ValidationReport.Finding(
            severity: .error, rule: "channel-count", split: split, file: labelMapPath, place: nil, count: nil,
            cause: "The label map stores colours (\(type)), not ids.",
            remedy: "Save it as a palette or grey PNG of ids."))
      } else {
        findings.append(
          ValidationReport.Finding(unreadable: labelMapPath, split: split, "label map", error.withoutPath))
      }
    }
    return findings
  }
}

extension ValidationReport.Finding {
  init(_ violation: Violation, split: Split, file: String) {
    self.init(
      severity: violation.severity == .error ? .error : .warning, rule: violation.rule.name, split: split, file: file,
      place: violation.first.map { ValidationReport.Place(x: $0.x, y: $0.y) }, count: violation.pixelCount,
      cause: [violation.rule.sentence, violation.suspectedCause?.sentence].compactMap { $0 }.joined(separator: " "),
      remedy: violation.suspectedCause?.remedy ?? violation.rule.remedy)
  }

  init(unreadable file: String, split: Split, _ what: String, _ cause: String) {
    self.init(
      severity: .unchecked, rule: "unreadable", split: split, file: file, place: nil, count: nil,
      cause: "The \(what) cannot be read: \(cause).", remedy: "Export it again as PNG.")
  }
}
