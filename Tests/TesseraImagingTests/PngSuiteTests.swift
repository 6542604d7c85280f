import Crypto
import Foundation
import TesseraImaging
import TesseraLabels
import Testing

/// Every picture of Willem van Schaik's PngSuite: the pixels of another decoder, or, where it is damaged, an error.
@Suite struct PngSuiteTests {
  /// One line of `Goldens/PngSuite/digests.txt`; the script in `Goldens` says how it was made.
  struct Picture: CustomTestStringConvertible {
    let name: String
    let width: Int
    let height: Int
    let rgb: String
    let ids: String?

    var testDescription: String { name }

    static let all: [Picture] = {
      guard let url = PngSuiteTests.file("digests", "txt"), let text = try? String(contentsOf: url, encoding: .utf8)
      else { return [] }
      return text.split(separator: "\n").map { line in
        let parts = line.split(separator: " ").map(String.init)
        return Picture(
          name: parts[0], width: Int(parts[1])!, height: Int(parts[2])!, rgb: parts[3],
          ids: parts[4] == "-" ? nil : parts[4])
      }
    }()
  }

  private static func file(_ name: String, _ kind: String) -> URL? {
    Bundle.module.url(forResource: name, withExtension: kind, subdirectory: "Goldens/PngSuite")
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: try #require(Self.file(name, "png"))))
  }

  private func digest(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  @Test func itIsComplete() throws {
    let folder = try #require(Self.file("digests", "txt")).deletingLastPathComponent()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".png") }
    #expect(Picture.all.count == 160 && damages.count == 14)
    #expect(Set(files) == Set((Picture.all.map(\.name) + damages.map(\.name)).map { "\($0).png" }))
  }

  @Test(arguments: Picture.all)
  func soundPictures(_ picture: Picture) throws {
    let png = try bytes(picture.name)
    let image = try PNG.decodeImage(png)
    #expect(image.width == picture.width && image.height == picture.height)
    #expect(digest(image.pixels) == picture.rgb)
    guard let ids = picture.ids else {
      let colorType = try PNG.header(of: png).colorType
      #expect(throws: PNGError.colorCodedLabelMap(colorType)) { try PNG.decodeLabelMap(png) }
      return
    }
    let map = try PNG.decodeLabelMap(png)
    #expect(map.width == picture.width && map.height == picture.height)
    switch map.ids {
    case .u8(let stored): #expect(digest(stored) == ids)
    case .u16(let stored): #expect(digest(stored.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) == ids)
    }
  }

  private static let lineEnds = "a PNG whose line ends were changed by a transfer in text mode"

  /// What is wrong with the pictures that are damaged, by the suite's own words.
  private let damages: [(name: String, error: PNGError)] = [
    ("xc1n0g08", .unsupportedColorType(1)),
    ("xc9n2c08", .unsupportedColorType(9)),
    ("xcrn0g04", .notPNG(found: Self.lineEnds)),
    ("xcsn0g01", .checksumMismatch(chunk: "IDAT")),
    ("xd0n2c08", .unsupportedBitDepth(0, colorType: .rgb)),
    ("xd3n2c08", .unsupportedBitDepth(3, colorType: .rgb)),
    ("xd9n2c08", .unsupportedBitDepth(99, colorType: .rgb)),
    ("xdtn0g01", .malformed(chunk: "IDAT", reason: "is missing")),
    ("xhdn0g08", .checksumMismatch(chunk: "IHDR")),
    ("xlfn0g04", .notPNG(found: Self.lineEnds)),
    ("xs1n0g01", .notPNG(found: nil)),
    ("xs2n0g01", .notPNG(found: nil)),
    ("xs4n0g01", .notPNG(found: nil)),
    ("xs7n0g01", .notPNG(found: nil)),
  ]

  @Test func damagedPictures() throws {
    for (name, error) in damages {
      let png = try bytes(name)
      #expect(throws: error, "\(name)") { try PNG.decodeImage(png) }
      #expect(throws: error, "\(name)") { try PNG.decodeLabelMap(png) }
    }
  }
}
