import TesseraData
import TesseraFiles
import TesseraImaging

/// An image as requests carry it.
struct LoadImage: Hashable, Sendable {
  let png: [UInt8]
  let width: Int
  let height: Int

  /// Most bytes of a file.
  private static let byteLimit = 64 << 20

  /// Reads a PNG file.
  init(path: String) throws {
    try self.init(png: InputFile.read(path, limit: Self.byteLimit))
  }

  private init(png: [UInt8]) throws {
    let header = try PNG.header(of: png)
    (self.png, width, height) = (png, header.width, header.height)
  }

  /// Scenes of the procedural data set.
  static func scenes(_ count: Int, width: Int, height: Int, seed: UInt64) throws -> [LoadImage] {
    let generator = SceneGenerator(width: width, height: height, seed: seed)
    return try (0..<count).map { try LoadImage(png: PNG.encode(generator.scene($0).image)) }
  }
}
