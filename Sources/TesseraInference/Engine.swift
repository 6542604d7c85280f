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

  nonisolated let thread: ComputeThread
  nonisolated let stored: StoredModel
  nonisolated let precision: Precision
  nonisolated let threadCount: Int
  /// What one image takes.
  nonisolated let imageNeed: MemoryNeed
  private let predictor: Predictor
  private let labelSet: LabelSet
  private var isPrepared = false

  /// Most bytes that one image may take.
  public static let imageBytes = 4 << 30

  /// Starts an engine.
  ///
  /// - Parameters:
  ///   - stored: the model.
  ///   - name: what requests call it: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`.
  ///   - generation: counts the loads of this name.
  ///   - precision: how maps between the model's layers are stored.
  ///   - threads: threads for numeric work.
  /// - Throws: ``LabelSetError`` where two of the model's classes have one name.
  /// - Precondition: the processor computes in the precision. No other thread computes meanwhile.
  public init(
    _ stored: StoredModel, name: String = "default", generation: UInt32 = 1, precision: Precision = .f32, threads: Int
  ) throws {
    precondition(ComputeThreads.computes(precision), "Engine: this processor has no \(precision)")
    try self.init(
      stored, name: name, generation: generation, precision: precision, threads: threads,
      imageNeed: stored.model.imageMemoryNeed(precision: precision))
  }

  /// Starts an engine for an image need that is known, so that others may compute meanwhile.
  init(
    _ stored: StoredModel, name: String, generation: UInt32, precision: Precision, threads: Int, imageNeed: MemoryNeed
  ) throws {
    self.stored = stored
    self.precision = precision
    self.imageNeed = imageNeed
    predictor = Predictor(stored.model, precision: precision)
    thread = ComputeThread(name: "tessera-compute")
    labelSet = try LabelSet(classes: stored.model.classes)
    threadCount = threads
    // A quarter of what is free stays so.
    let free = SystemBudget().usableMemoryBytes.map { $0 / 4 * 3 } ?? Self.imageBytes
    let mostPixels = imageNeed.pixels(in: min(Self.imageBytes, free))
    model = ModelDescription(
      name: name, generation: generation, weightsDigest: stored.digest, classes: stored.model.classes,
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
