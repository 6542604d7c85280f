import TesseraImaging
import TesseraLabels
import TesseraModels
public import TesseraProtocol
public import TesseraTensor
import TesseraWeights

/// Segments images with one model, one at a time, on a compute thread of its own.
///
/// The same image gives the same bytes whoever asks: the command, a test or a client of the server.
public actor Engine: SegmentationService {
  /// What clients may know of the model.
  public nonisolated let model: ModelDescription
  /// The executor of the compute thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private nonisolated let thread: ComputeThread
  private let stored: StoredModel
  private let predictor: Predictor
  private let labelSet: LabelSet
  private let threadCount: Int
  private var isPrepared = false

  /// Most bytes that one image may take.
  public static let imageBytes = 4 << 30

  /// Starts an engine.
  ///
  /// - Parameters:
  ///   - stored: the model.
  ///   - name: what requests call it: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`.
  ///   - precision: how maps between the model's layers are stored.
  ///   - threads: threads for numeric work.
  /// - Throws: ``LabelSetError`` where two of the model's classes have one name.
  /// - Precondition: the processor computes in the precision.
  public init(_ stored: StoredModel, name: String = "default", precision: Precision = .f32, threads: Int) throws {
    precondition(ComputeThreads.computes(precision), "Engine: this processor has no \(precision)")
    self.stored = stored
    predictor = Predictor(stored.model, precision: precision)
    thread = ComputeThread(name: "tessera-compute")
    labelSet = try LabelSet(classes: stored.model.classes)
    threadCount = threads
    // A quarter of what is free stays so.
    let free = SystemBudget().usableMemoryBytes.map { $0 / 4 * 3 } ?? Self.imageBytes
    let mostPixels = stored.model.imageMemoryNeed(precision: precision).pixels(in: min(Self.imageBytes, free))
    model = ModelDescription(
      name: name, generation: 1, weightsDigest: stored.digest, classes: stored.model.classes,
      outputs: stored.model.classes.count > 256 ? OutputSet.all.subtracting(.palettePNG) : .all,
      maximumPixels: UInt64(min(1 << 24, mostPixels)))
  }

  /// Segments a small grey image, so that the first request finds everything ready.
  ///
  /// - Throws: what ``segment(_:)`` throws.
  public func warm() async throws(SegmentationError) {
    let side = 64
    _ = try await segment(
      SegmentationRequest(
        image: .rgb8([UInt8](repeating: 128, count: 3 * side * side)), width: side, height: side, outputs: .labels))
  }

  /// Segments one image.
  ///
  /// - Throws: BAD_SHAPE, TOO_LARGE, BAD_IMAGE, UNSUPPORTED, DEADLINE, CANCELLED or NONFINITE_OUTPUT.
  public func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    if !isPrepared {
      ComputeThreads.prepare(count: threadCount)
      isPrepared = true
    }
    try check(request)
    let start = ContinuousClock.now
    let pixels = try request.pixels()
    let decoded = ContinuousClock.now
    let prediction = try predict(pixels, request)
    let receipt = Receipt(
      model: model.name, generation: model.generation, weightsDigest: stored.digest,
      pixelsDigest: ContentDigest(of: pixels), batchSize: 1, decodeTime: decoded - start, queueTime: .zero,
      computeTime: ContinuousClock.now - decoded)
    return SegmentationResult(
      width: request.width, height: request.height, classCount: model.classes.count,
      labels: request.outputs.contains(.labels) ? prediction.labels : nil,
      confidence: request.outputs.contains(.confidence) ? prediction.confidence : nil,
      probabilities: request.outputs.contains(.probabilitiesF32)
        ? prediction.probabilities.map { .f32($0) }
        : request.outputs.contains(.probabilitiesF16)
          ? prediction.probabilities.map { .f16($0.map { Float16($0) }) } : nil,
      palettePNG: try request.outputs.contains(.palettePNG) ? palettePNG(prediction.labels) : nil,
      receipt: receipt)
  }

  private func check(_ request: SegmentationRequest) throws(SegmentationError) {
    guard request.width >= 1, request.height >= 1, request.width <= 1 << 20, request.height <= 1 << 20 else {
      throw SegmentationError(.badShape, "an image has sides of at least one pixel")
    }
    guard UInt64(request.width) * UInt64(request.height) <= model.maximumPixels else {
      throw SegmentationError(.tooLarge, "this model takes images of at most \(model.maximumPixels) pixels")
    }
    guard !request.outputs.isEmpty, request.outputs.isSubset(of: model.outputs) else {
      throw SegmentationError(.unsupported, "this model does not give these outputs")
    }
    if Task.isCancelled { throw SegmentationError(.cancelled) }
    if let deadline = request.deadline, deadline <= .now { throw SegmentationError(.deadline) }
  }

  private func predict(_ pixels: [UInt8], _ request: SegmentationRequest) throws(SegmentationError) -> Prediction {
    let (logits, isFinite) = ComputeThreads.observingNonfinite {
      predictor.logits(pixels: pixels, height: request.height, width: request.width)
    }
    guard isFinite, logits.nonfiniteCount() == 0 else { throw SegmentationError(.nonfiniteOutput) }
    let wanted: OutputSet = [.confidence, .probabilitiesF16, .probabilitiesF32]
    return Prediction(logits: logits, withProbabilities: !request.outputs.isDisjoint(with: wanted))
  }

  private func palettePNG(_ labels: LabelMap) throws(SegmentationError) -> [UInt8] {
    do {
      return try PNG.encodePalette(labels, labelSet: labelSet)
    } catch {
      throw SegmentationError(.internal, "the label map cannot be written as PNG")
    }
  }
}
