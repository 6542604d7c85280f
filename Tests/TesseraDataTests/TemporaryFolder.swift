import Foundation
import TesseraImaging
import TesseraLabels

/// A folder that vanishes with the value that names it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "tessera-data-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  /// An image whose pixels follow from its size and `seed`.
  func writeImage(_ name: String, width: Int = 4, height: Int = 3, seed: Int = 0) throws {
    try write(PNG.encode(patterned(width: width, height: height, seed: seed)), to: name)
  }

  /// A grey map that repeats `ids` row by row.
  func writeMap(_ name: String, width: Int = 4, height: Int = 3, ids: [UInt8] = [0, 1]) throws {
    let all = (0..<width * height).map { ids[$0 % ids.count] }
    try write(PNG.encodeGray(RawLabelMap(width: width, height: height, ids: all)), to: name)
  }

  /// Two training pairs and one validation pair as `images/` and `labels/`.
  func writeSplitFolders(yaml: String = "names: [a, b]") throws {
    for (index, name) in ["train/one", "train/two", "val/three"].enumerated() {
      try writeImage("images/\(name).png", seed: index)
      try writeMap("labels/\(name).png")
    }
    try write(yaml, to: "dataset.yaml")
  }

  /// Every file below the folder with its bytes.
  func contents() throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      if let data = FileManager.default.contents(atPath: "\(path)/\(name)") { contents[name] = Array(data) }
    }
    return contents
  }
}

/// An image whose pixels follow from its size and `seed`.
func patterned(width: Int, height: Int, seed: Int) -> Image {
  Image(
    width: width, height: height,
    pixels: (0..<3 * width * height).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435 &+ seed &* 977) >> 5) })
}
