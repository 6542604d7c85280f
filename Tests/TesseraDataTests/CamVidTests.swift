import Foundation
import TesseraData
import TesseraImaging
import TesseraLabels
import Testing

/// The folder of the CamVid set; nil where it is absent.
private let camVid: String? = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let path = root.appending(path: "../shared/data/camvid").standardizedFileURL.path
  return FileManager.default.fileExists(atPath: path + "/valannot") ? path : nil
}()

/// Validates the real CamVid set, and copies of it with one seeded fault each; skipped where the set is absent.
@Suite(.enabled(if: camVid != nil, "../shared/data/camvid is absent"))
struct CamVidTests {
  /// A fault: what becomes of one map, and how the report names it.
  struct Fault: Sendable, CustomStringConvertible {
    let description: String
    let rule: String
    let place: ValidationReport.Place?
    let words: [String]
    let change: @Sendable (RawLabelMap, [UInt8]) throws -> [UInt8]?
  }

  private static let name = "0016E5_07973.png"

  static let faults: [Fault] = [
    Fault(
      description: "an id 12", rule: "unknown-ids", place: .init(x: 200, y: 100), words: ["15 pixels", "12"],
      change: { map, _ in
        try PNG.encodeGray(map.replacing { x, y, id in (200..<205).contains(x) && (100..<103).contains(y) ? 12 : id })
      }),
    Fault(
      description: "saved as colours", rule: "channel-count", place: nil, words: ["colours", "palette or grey PNG"],
      change: { map, _ in
        var pixels: [UInt8] = []
        for y in 0..<map.height {
          for x in 0..<map.width { pixels += [UInt8(map[x, y] * 20), 7, UInt8(255 - map[x, y] * 20)] }
        }
        return try PNG.encode(Image(width: map.width, height: map.height, pixels: pixels))
      }),
    Fault(
      description: "shifted by one", rule: "unknown-ids", place: nil, words: ["12", "one too high"],
      change: { map, _ in try PNG.encodeGray(map.replacing { _, _, id in id + 1 }) }),
    Fault(
      description: "resized with interpolation", rule: "in-between-ids", place: nil, words: ["interpolat", "nearest"],
      change: { map, _ in
        // Ids through an image's bilinear resize, to half the size and back.
        let ids = (0..<map.height).flatMap { y in (0..<map.width).map { x in UInt8(map[x, y]) } }
        let image = Image(width: map.width, height: map.height, pixels: ids.flatMap { [$0, $0, $0] })
        let blended = image.resized(width: 240, height: 180).resized(width: 480, height: 360)
        let red = stride(from: 0, to: blended.pixels.count, by: 3).map { blended.pixels[$0] }
        return try PNG.encodeGray(RawLabelMap(width: 480, height: 360, ids: red))
      }),
    Fault(
      description: "of a wrong size", rule: "size-mismatch", place: nil, words: ["470×360", "480×360"],
      change: { map, _ in try PNG.encodeGray(map.cropped(x: 0, y: 0, width: 470, height: 360)) }),
    Fault(
      description: "0 and 255", rule: "unknown-ids", place: nil, words: ["255", "binary"],
      change: { map, _ in try PNG.encodeGray(map.replacing { _, _, id in id == 3 ? 255 : 0 }) }),
    Fault(
      description: "without a partner", rule: "missing-map", place: nil, words: ["no label map"],
      change: { _, _ in nil }),
    Fault(
      description: "truncated", rule: "unreadable", place: nil, words: ["cut off"],
      change: { _, bytes in Array(bytes.prefix(bytes.count / 2)) }),
  ]

  @Test func theCleanSetHasNoFindings() throws {
    let report = try Dataset(path: try #require(camVid)).validate()
    #expect(report.mapCount == 468)
    #expect(report.findings == [])
  }

  @Test(arguments: faults)
  func eachFaultIsNamed(_ fault: Fault) throws {
    let source = try #require(camVid)
    let folder = try TemporaryFolder()
    try linkSamples(from: source, into: folder, except: Self.name)
    let path = "\(source)/valannot/\(Self.name)"
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    if let changed = try fault.change(try PNG.decodeLabelMap(bytes), bytes) {
      try folder.write(changed, to: "valannot/\(Self.name)")
    }
    let report = try Dataset(path: folder.path).validate()
    let named = report.findings.filter { $0.file.hasSuffix(Self.name) }
    let finding = try #require(named.first { $0.rule == fault.rule }, "\(report.findings)")
    let line = finding.description
    for word in fault.words { #expect(line.contains(word), "\(word) in \(line)") }
    if let place = fault.place { #expect(finding.place == place) }
    #expect(finding.severity != .warning && !finding.remedy.isEmpty)
    // Nothing but the seeded fault, and classes that so few maps lack.
    #expect(report.findings.allSatisfy { $0.file.hasSuffix(Self.name) || $0.rule == "absent-classes" })
  }

  private func linkSamples(from source: String, into folder: TemporaryFolder, except name: String) throws {
    for (split, count) in [("train", 12), ("val", 12)] {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(source)/\(split)").sorted().prefix(count)
      for kind in [split, split + "annot"] {
        try folder.makeFolder(kind)
        for file in names where kind != "valannot" || file != name {
          try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/\(kind)/\(file)", withDestinationPath: "\(source)/\(kind)/\(file)")
        }
      }
    }
  }
}

extension RawLabelMap {
  /// The map with other ids.
  fileprivate func replacing(_ id: (_ x: Int, _ y: Int, _ id: UInt8) -> UInt8) -> RawLabelMap {
    RawLabelMap(
      width: width, height: height,
      ids: (0..<height).flatMap { y in (0..<width).map { x in id(x, y, UInt8(self[x, y])) } })
  }
}
