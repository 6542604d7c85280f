import Foundation
import TesseraImaging
import TesseraLabels
import TesseraProtocol

/// An image with what the model says of it alone.
struct KnownImage: Sendable {
  private let name: String
  private let image: Image
  private let digest: ContentDigest
  private let labels: [UInt16]
  /// `[classes, height, width]`, as bits: what is compared is not how near two numbers are.
  private let probabilities: [UInt32]

  /// Reads `images/NAME.png`, and `maps/NAME.png` and `maps/NAME-probabilities.npy` as `tessera predict` wrote them.
  init(_ name: String, in folder: String) throws {
    self.name = name
    image = try PNG.readImage(at: "\(folder)/images/\(name).png")
    digest = ContentDigest(of: image.pixels)
    let map = try PNG.readLabelMap(at: "\(folder)/maps/\(name).png")
    labels = (0..<map.height).flatMap { y in (0..<map.width).map { x in UInt16(map[x, y]) } }
    probabilities = try Self.numbers(of: "\(folder)/maps/\(name)-probabilities.npy")
  }

  /// The numbers of an array file: a magic number of 6 bytes, a version of 2, the length of the header in 2.
  private static func numbers(of path: String) throws -> [UInt32] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    guard bytes.count > 10 else { throw CocoaError(.fileReadCorruptFile) }
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    return stride(from: start, to: bytes.count - 3, by: 4).map { offset in
      bytes[offset..<(offset + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  func request(within time: Duration?) -> SegmentationRequest {
    SegmentationRequest(
      image: .rgb8(image.pixels), width: image.width, height: image.height, outputs: [.labels, .probabilitiesF32],
      deadline: time.map { .now + $0 })
  }

  /// What is wrong with an answer; nil for the right one, bit for bit.
  func fault(of answer: SegmentationResult) -> String? {
    guard answer.receipt.pixelsDigest == digest else { return "\(name): the receipt is that of other pixels" }
    guard let map = answer.labels, map.width == image.width, map.height == image.height,
      map.indices(void: .max) == labels
    else { return "\(name): another map" }
    guard case .f32(let numbers) = answer.probabilities, numbers.map(\.bitPattern) == probabilities else {
      return "\(name): other probabilities"
    }
    return nil
  }
}
