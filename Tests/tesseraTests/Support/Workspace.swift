import Foundation
import TesseraImaging
import TesseraLabels
import Testing

/// A folder with a small data set `scenes` and, where asked for, a trained `run`.
struct Workspace {
  let folder: TemporaryFolder

  /// Options that make a training of well under a second.
  static let tiny = [
    "--width", "4", "--crop", "32x32", "--batch", "2", "--epochs", "1", "--discriminator", "none", "--threads", "1",
  ]

  init(images: Int = 10, trained: Bool = false) async throws {
    folder = try TemporaryFolder()
    expectDone(
      try await Tool.run([
        "synthesize", "--out", path("scenes"), "--images", "\(images)", "--size", "32x48", "--seed", "3",
      ]))
    if trained { expectDone(try await train()) }
  }

  func path(_ name: String) -> String { folder.path(name) }

  func train(_ options: [String] = tiny, data: String = "scenes", out: String = "run") async throws -> Tool.Outcome {
    try await Tool.run(["train", "--data", path(data), "--out", path(out)] + options)
  }

  /// Writes a label map of ids in rows.
  static func labelMap(_ rows: [[UInt8]]) throws -> [UInt8] {
    try PNG.encodeGray(RawLabelMap(width: rows[0].count, height: rows.count, ids: rows.flatMap(\.self)))
  }

  /// Writes a grey image.
  static func image(width: Int, height: Int) throws -> [UInt8] {
    try PNG.encode(
      Image(width: width, height: height, pixels: [UInt8](repeating: 90, count: 3 * width * height)))
  }
}
