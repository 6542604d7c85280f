import TesseraLabels
public import TesseraProtocol

/// A model that any test can predict: a pixel's class is the sum of its three bytes modulo the number of classes.
public struct FakeService: SegmentationService {
  /// What it says of itself.
  public let model: ModelDescription

  /// Takes the place of a model.
  public init(model: ModelDescription = FakeService.describe(classes: 3)) { self.model = model }

  /// A model of so many classes.
  public static func describe(
    classes: Int, name: String = "toy", outputs: OutputSet = .all, minimumSide: UInt32 = 1, sideMultiple: UInt32 = 1,
    maximumPixels: UInt64 = 1 << 24, generation: UInt32 = 7
  ) -> ModelDescription {
    ModelDescription(
      name: name, generation: generation, weightsDigest: ContentDigest(of: [1, 2, 3]),
      classes: (0..<classes).map {
        LabelClass(name: "class \($0)", color: Color(red: UInt8(truncatingIfNeeded: $0), green: 0, blue: 9))
      }, outputs: classes > 256 ? outputs.subtracting(.palettePNG) : outputs, maximumPixels: maximumPixels,
      minimumSide: minimumSide, sideMultiple: sideMultiple)
  }

  /// The answer.
  public func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    answer(request)
  }

  /// The answer, at once.
  public func answer(_ request: SegmentationRequest) -> SegmentationResult {
    let pixels = request.width * request.height
    let classes = model.classes.count
    let bytes = request.image.bytes
    // A PNG is not decoded here; its bytes stand for pixels all the same.
    let indices = (0..<pixels).map { pixel in
      UInt16((0..<3).reduce(0) { $0 + Int(bytes[(pixel * 3 + $1) % bytes.count]) } % classes)
    }
    let labels = LabelMap(width: request.width, height: request.height, classCount: classes, indices: indices)
    func probability(_ plane: Int, _ pixel: Int) -> Float {
      classes == 1 ? 1 : plane == Int(indices[pixel]) ? 0.5 : 0.5 / Float(classes - 1)
    }
    let planes = (0..<classes).flatMap { plane in (0..<pixels).map { probability(plane, $0) } }
    let outputs = request.outputs
    return SegmentationResult(
      width: request.width, height: request.height, classCount: classes,
      labels: outputs.contains(.labels) ? labels : nil,
      confidence: outputs.contains(.confidence) ? [UInt8](repeating: 128, count: pixels) : nil,
      probabilities: outputs.contains(.probabilitiesF32)
        ? .f32(planes) : outputs.contains(.probabilitiesF16) ? .f16(planes.map(Float16.init)) : nil,
      palettePNG: outputs.contains(.palettePNG) ? Self.png(request.width, request.height) : nil,
      receipt: Receipt(
        model: model.name, generation: model.generation, weightsDigest: model.weightsDigest,
        pixelsDigest: ContentDigest(of: bytes), batchSize: 2, decodeTime: .microseconds(11),
        queueTime: .microseconds(22), computeTime: .microseconds(33)))
  }

  /// The start of a palette PNG; nobody here decodes the rest.
  private static func png(_ width: Int, _ height: Int) -> [UInt8] {
    func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
      + bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0, 1, 2, 3]
  }
}
