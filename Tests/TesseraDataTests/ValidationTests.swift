import Foundation
import TesseraData
import TesseraImaging
import TesseraLabels
import Testing

@Suite struct ValidationTests {
  private func rules(_ report: ValidationReport) -> [String] { report.findings.map(\.rule) }

  @Test func findsNothingInASoundSet() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    let report = try Dataset(path: folder.path).validate()
    #expect(report.findings.isEmpty)
    #expect(report.mapCount == 3)
    #expect(!report.hasErrors && !report.hasUnchecked)
    #expect(report.description == "3 label maps checked: nothing found")
  }

  @Test func findsEachFault() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.writeImage("images/train/ids.png")
    try folder.writeMap("labels/train/ids.png", ids: [0, 0, 0, 0, 1, 9])
    try folder.writeImage("images/train/size.png", width: 5, seed: 9)
    try folder.writeMap("labels/train/size.png")
    try folder.writeImage("images/train/rgb.png", seed: 8)
    try folder.writeImage("labels/train/rgb.png")
    try folder.writeImage("images/train/cut.png", seed: 7)
    let whole = try PNG.encodeGray(RawLabelMap(width: 4, height: 3, ids: [UInt8](repeating: 0, count: 12)))
    try folder.write(Array(whole.prefix(whole.count - 20)), to: "labels/train/cut.png")
    try folder.write("no picture", to: "images/train/text.png")
    try folder.writeMap("labels/train/text.png")
    try folder.writeImage("images/train/lone.png", seed: 5)
    try folder.writeMap("labels/train/widow.png")

    let report = try Dataset(path: folder.path).validate([.train])
    #expect(
      Set(rules(report)) == [
        "missing-map", "missing-image", "unreadable", "channel-count", "size-mismatch", "unknown-ids",
      ])
    #expect(report.findings.count == 7)
    #expect(report.hasErrors && report.hasUnchecked)
    let unknown = try #require(report.findings.first { $0.rule == "unknown-ids" })
    #expect(unknown.file.hasSuffix("labels/train/ids.png"))
    #expect(unknown.place == ValidationReport.Place(x: 1, y: 1))
    #expect(unknown.count == 2)
    #expect(unknown.split == .train)
    #expect(unknown.severity == .error)
    #expect(!unknown.cause.isEmpty && !unknown.remedy.isEmpty && !unknown.cause.contains(unknown.remedy))
    let unreadable = report.findings.filter { $0.rule == "unreadable" }
    #expect(unreadable.allSatisfy { $0.severity == .unchecked })
    #expect(
      unreadable.map { $0.file.split(separator: "/").suffix(3).joined(separator: "/") } == [
        "labels/train/cut.png", "images/train/text.png",
      ])
    #expect(report.description.split(separator: "\n").count == 8)
  }

  @Test func findsAbsentClassesSplitBySplit() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders(yaml: "names: [a, b, c]\nlabel_map: {1: b}")
    try folder.writeMap("labels/train/one.png", ids: [2])
    let report = try Dataset(path: folder.path).validate()
    let absent = report.findings.filter { $0.rule == "absent-classes" }
    #expect(absent.map(\.split) == [.val])
    #expect(absent[0].severity == .warning)
    #expect(absent[0].cause.contains("c"))
  }

  @Test func findsTheSameImageInTwoSplits() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.writeImage("images/train/one.png", seed: 2)
    let dataset = try Dataset(path: folder.path)
    let report = try dataset.validate()
    #expect(rules(report) == ["duplicate-image"])
    #expect(report.findings[0].file.hasSuffix("val/three.png"))
    #expect(report.findings[0].cause.contains("train/one.png"))
    #expect(try dataset.validate([.train]).findings.isEmpty)
    // The same image twice in one split teaches too much of it, but betrays nothing.
    try folder.writeImage("images/train/one.png", seed: 1)
    #expect(try dataset.validate().findings.isEmpty)
  }

  @Test func overlaysBesideTheirMapsAreLeftOut() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.writeImage("labels/train/one-overlay.png")
    try folder.writeImage("images/val/three-overlay.png")
    let dataset = try Dataset(path: folder.path)
    #expect(try dataset.validate().findings.isEmpty)
    #expect(try dataset.samples(in: .train).map(\.name) == ["one", "two"])
    #expect(dataset.listings[.val]?.strays == ["\(folder.path)/images/val/three-overlay.png"])

    // Beside no map of its name it is a file like any other, and so is a sample whose name merely ends so.
    try folder.writeImage("labels/train/four-overlay.png")
    try folder.writeImage("images/val/three-overlay.png", seed: 7)
    try folder.writeMap("labels/val/three-overlay.png")
    let other = try Dataset(path: folder.path)
    #expect(rules(try other.validate()) == ["missing-image"])
    #expect(try other.samples(in: .val).map(\.name) == ["three", "three-overlay"])
  }

  @Test func emptyAndMissingSplits() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.remove("images/val/three.png")
    try folder.remove("labels/val/three.png")
    let dataset = try Dataset(path: folder.path)
    #expect(rules(try dataset.validate()) == ["empty-split"])
    #expect(throws: DatasetError.self) { try dataset.validate([.test]) }
  }

  @Test func threadsChangeNothing() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    for index in 0..<9 {
      try folder.writeImage("images/train/bad\(index).png")
      try folder.writeMap("labels/train/bad\(index).png", ids: [UInt8(index)])
    }
    let dataset = try Dataset(path: folder.path)
    let one = try dataset.validate(threads: 1)
    #expect(one.findings.count == 7)
    #expect(try dataset.validate(threads: 4) == one)
  }

  @Test func checksLooseMaps() throws {
    let folder = try TemporaryFolder()
    try folder.writeMap("a.png", ids: [0, 3])
    let labelSet = try LabelSet(names: ["x"], voidIDs: [3])
    let paths = ["\(folder.path)/a.png", "\(folder.path)/absent.png"]
    let report = ValidationReport(checking: paths, labelSet: labelSet)
    #expect(report.mapCount == 1)
    #expect(report.findings.map(\.rule) == ["unreadable"])
    #expect(report.findings[0].description.hasPrefix("\(folder.path)/absent.png: unchecked: unreadable: "))
  }

  @Test func isCodable() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders()
    try folder.writeMap("labels/val/three.png", ids: [7])
    let report = try Dataset(path: folder.path).validate()
    #expect(!report.findings.isEmpty)
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(ValidationReport.self, from: data) == report)
  }
}
