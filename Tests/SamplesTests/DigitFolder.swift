import Foundation

/// A folder with made-up digits that goes with the value: the first pixel of each is its index, the last is ink.
final class DigitFolder {
  /// Where the digits themselves may be.
  static let real = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data/mnist").path

  let path = FileManager.default.temporaryDirectory.appending(path: "digits-\(UUID().uuidString)").path

  init(labels: [UInt8], labelCount: Int? = nil) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let images = labels.indices.flatMap { index in
      [UInt8(truncatingIfNeeded: index)] + [UInt8](repeating: 0, count: 782) + [255]
    }
    try write(
      [0, 0, 8, 3] + Self.size(labels.count) + Self.size(28) + Self.size(28) + images, as: "t10k-images-idx3-ubyte")
    let filled = labels + [UInt8](repeating: 0, count: (labelCount ?? labels.count) - labels.count)
    try write([0, 0, 8, 1] + Self.size(filled.count) + filled, as: "t10k-labels-idx1-ubyte")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  private static func size(_ number: Int) -> [UInt8] { [0, 0, UInt8(number >> 8), UInt8(number & 255)] }
}
