import Synchronization
import TesseraLabels
import TesseraProtocol

/// Segments by arithmetic on the pixels, so that a test can tell every answer from every other.
final class FakeService: SegmentationService {
  let model: ModelDescription
  private let behaviour: @Sendable (SegmentationRequest) async throws(SegmentationError) -> Void
  private let seen = Mutex<[ContentDigest]>([])

  /// - Parameters:
  ///   - generation: changes the labels, and the digest of the weights unless it is 3.
  ///   - behaviour: runs before each answer.
  init(
    name: String = "fake", generation: UInt32 = 3, classes: Int = 5, maximumPixels: UInt64 = 1 << 24,
    _ behaviour: @escaping @Sendable (SegmentationRequest) async throws(SegmentationError) -> Void = { _ in }
  ) {
    model = ModelDescription(
      name: name, generation: generation, weightsDigest: Self.digest(generation),
      classes: (0..<classes).map { LabelClass(name: "class \($0)", color: Color(red: 1, green: 2, blue: 3)) },
      outputs: classes > 256 ? OutputSet.all.subtracting(.palettePNG) : .all, maximumPixels: maximumPixels)
    self.behaviour = behaviour
  }

  /// How many requests it was given.
  var calls: Int { seen.withLock { $0.count } }

  /// Whether it was given an image.
  func saw(_ pixels: [UInt8]) -> Bool { seen.withLock { $0.contains(ContentDigest(of: pixels)) } }

  func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    guard case .rgb8(let pixels) = request.image else { throw SegmentationError(.badImage, "not a picture") }
    seen.withLock { $0.append(ContentDigest(of: pixels)) }
    try await behaviour(request)
    return Self.result(request, pixels, model)
  }

  /// What stands for the weights of a generation.
  static func digest(_ generation: UInt32) -> ContentDigest {
    ContentDigest(of: [1, 2, 3] + (generation == 3 ? [] : [UInt8(truncatingIfNeeded: generation)]))
  }

  /// The class of each pixel.
  static func labels(_ pixels: [UInt8], classes: Int, generation: UInt32 = 3) -> [UInt16] {
    stride(from: 0, to: pixels.count, by: 3).map { i -> UInt16 in
      let (red, green, blue) = (Int(pixels[i]), Int(pixels[i + 1]), Int(pixels[i + 2]))
      return UInt16((red * 7 + green * 31 + blue * 101 + i + Int(generation)) % classes)
    }
  }

  static func result(
    _ request: SegmentationRequest, _ pixels: [UInt8], _ model: ModelDescription
  ) -> SegmentationResult {
    let (outputs, classes, count) = (request.outputs, model.classes.count, request.width * request.height)
    let indices = labels(pixels, classes: classes, generation: model.generation)
    var planes = [Float](repeating: classes > 1 ? 0.25 / Float(classes - 1) : 0, count: classes * count)
    for (pixel, label) in indices.enumerated() { planes[Int(label) * count + pixel] = classes > 1 ? 0.75 : 1 }
    var probabilities: SegmentationResult.Probabilities?
    if outputs.contains(.probabilitiesF32) { probabilities = .f32(planes) }
    if outputs.contains(.probabilitiesF16) { probabilities = .f16(planes.map { Float16($0) }) }
    return SegmentationResult(
      width: request.width, height: request.height, classCount: classes,
      labels: outputs.contains(.labels)
        ? LabelMap(width: request.width, height: request.height, classCount: classes, indices: indices) : nil,
      confidence: outputs.contains(.confidence) ? indices.map { UInt8(255 - $0 % 128) } : nil,
      probabilities: probabilities,
      palettePNG: outputs.contains(.palettePNG) ? png(width: request.width, height: request.height) : nil,
      receipt: Receipt(
        model: model.name, generation: model.generation, weightsDigest: model.weightsDigest,
        pixelsDigest: ContentDigest(of: pixels), batchSize: 1, decodeTime: .zero, queueTime: .zero,
        computeTime: .milliseconds(1)))
  }

  /// A PNG's signature and header, and rubbish behind it: nobody on the way decodes it.
  static func png(width: Int, height: Int) -> [UInt8] {
    let sides = [width, height].flatMap { side in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: side >> $0) } }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52] + sides
      + [8, 3, 0, 0, 0, 1, 2, 3, 4]
  }
}

/// A picture that no other number has.
func picture(_ number: Int, width: Int = 16, height: Int = 12) -> [UInt8] {
  var state = UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9_7f4a_7c15 | 1
  return (0..<width * height * 3).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 33)
  }
}
