import TesseraLabels
import TesseraProtocol

/// Segments by arithmetic, with every output true to the labels.
struct ToyService: SegmentationService {
  let model = ModelDescription(
    name: "toy", generation: 7, weightsDigest: ContentDigest(of: [1, 2, 3]),
    classes: (0..<3).map {
      LabelClass(name: "class \($0)", color: Color(red: UInt8($0), green: 0, blue: 9))
    },
    outputs: .all, maximumPixels: 1 << 22, minimumSide: 8, sideMultiple: 2)

  func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    try answer(request)
  }

  func answer(_ request: SegmentationRequest) throws(SegmentationError) -> SegmentationResult {
    guard case .rgb8(let bytes) = request.image else {
      throw SegmentationError(.badImage, "no picture")
    }
    let pixels = request.width * request.height
    let indices = (0..<pixels).map { UInt16((Int(bytes[3 * $0]) + Int(bytes[3 * $0 + 1])) % 3) }
    let planes = (0..<3).flatMap { plane in indices.map { $0 == plane ? 0.5 : 0.25 as Float } }
    let outputs = request.outputs
    return SegmentationResult(
      width: request.width, height: request.height, classCount: 3,
      labels: outputs.contains(.labels)
        ? LabelMap(width: request.width, height: request.height, classCount: 3, indices: indices)
        : nil,
      confidence: outputs.contains(.confidence) ? [UInt8](repeating: 128, count: pixels) : nil,
      probabilities: outputs.contains(.probabilitiesF32)
        ? .f32(planes) : outputs.contains(.probabilitiesF16) ? .f16(planes.map(Float16.init)) : nil,
      palettePNG: outputs.contains(.palettePNG) ? Self.png(request.width, request.height) : nil,
      receipt: Receipt(
        model: model.name, generation: model.generation, weightsDigest: model.weightsDigest,
        pixelsDigest: ContentDigest(of: bytes), batchSize: 1, decodeTime: .zero, queueTime: .zero,
        computeTime: .microseconds(5)))
  }

  /// The start of a palette PNG; nobody here decodes the rest.
  private static func png(_ width: Int, _ height: Int) -> [UInt8] {
    func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
      + bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0, 1, 2, 3]
  }
}
