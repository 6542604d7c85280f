import TesseraLabels
import TesseraProtocol

/// A model whose answer anybody can work out: a pixel's class is a byte of the input modulo 3.
enum ToyModel {
  static let description = ModelDescription(
    name: "toy", generation: 7, weightsDigest: ContentDigest(of: [1, 2, 3]),
    classes: (0..<3).map { LabelClass(name: "class \($0)", color: Color(red: UInt8($0), green: 0, blue: 9)) },
    // More would only cost time.
    maximumPixels: 256)

  static func answer(_ request: SegmentationRequest) -> SegmentationResult {
    let bytes = request.image.bytes
    let pixels = request.width * request.height
    let indices = (0..<pixels).map { UInt16(bytes[$0 % bytes.count] % 3) }
    let planes: [Float] = (0..<3 as Range<UInt16>).flatMap { plane in indices.map { $0 == plane ? 0.5 : 0.25 } }
    let outputs = request.outputs
    let labels = LabelMap(width: request.width, height: request.height, classCount: 3, indices: indices)
    return SegmentationResult(
      width: request.width, height: request.height, classCount: 3,
      labels: outputs.contains(.labels) ? labels : nil,
      confidence: outputs.contains(.confidence) ? [UInt8](repeating: 128, count: pixels) : nil,
      probabilities: outputs.contains(.probabilitiesF32)
        ? .f32(planes) : outputs.contains(.probabilitiesF16) ? .f16(planes.map { Float16($0) }) : nil,
      palettePNG: outputs.contains(.palettePNG) ? palettePNG(request.width, request.height) : nil,
      receipt: Receipt(
        model: "toy", generation: 7, weightsDigest: description.weightsDigest, pixelsDigest: ContentDigest(of: bytes),
        batchSize: 2, decodeTime: .microseconds(11), queueTime: .microseconds(22), computeTime: .microseconds(33)))
  }

  /// The start of a palette PNG, which is all that the protocol reads of it.
  private static func palettePNG(_ width: Int, _ height: Int) -> [UInt8] {
    func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13] + Array("IHDR".utf8)
      + bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0, 1, 2, 3]
  }
}
