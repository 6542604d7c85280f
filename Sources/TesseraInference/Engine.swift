public import TesseraLabels
import TesseraModels
public import TesseraProtocol
public import TesseraTensor
import TesseraWeights

/// Segments images with one model, on lanes of its own: several at a time where there are several threads.
///
/// The same image gives the same bytes whoever asks, whatever others are asked for with it and however many threads
/// compute it, as long as the same memory is there for it: images of a batch go through the model each for itself, for
/// which algorithm sums a layer, and in which order, follows from its shape, the number of images included.
public final class Engine: SegmentationService {
  /// What clients may know of the model.
  public let model: ModelDescription

  let lanes: LanePool
  let stored: StoredModel
  let precision: Precision
  let threadCount: Int
  let labelSet: LabelSet
  let memory: ImageMemory
  let tile: PixelSize?
  private let predictor: Predictor

  /// Most bytes that one image may take.
  public static let imageBytes = 4 << 30

  /// Starts an engine.
  ///
  /// - Parameters:
  ///   - stored: the model.
  ///   - name: what requests call it: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`.
  ///   - generation: counts the loads of this name.
  ///   - precision: how maps between the model's layers are stored.
  ///   - tile: the tiles that larger images are cut into; nil cuts none that fits the memory, and others as large as it
  ///     lets them be.
  ///   - memory: bytes that one image may take; nil for its share, of as many as are computed at a time, of three
  ///     quarters of what is free now, at most ``imageBytes``.
  ///   - imagesAtOnce: most images that are computed at a time, no more than there are threads: 1 where nobody asks for
  ///     more, so that the one image gets all of the memory.
  ///   - threads: threads for numeric work.
  /// - Throws: ``LabelSetError`` where two of the model's classes have one name.
  /// - Precondition: the processor computes in the precision. No other thread computes meanwhile.
  public convenience init(
    _ stored: StoredModel, name: String = "default", generation: UInt32 = 1, precision: Precision = .f32,
    tile: PixelSize? = nil, memory: Int? = nil, imagesAtOnce: Int = 8, threads: Int
  ) throws {
    precondition(ComputeThreads.computes(precision), "Engine: this processor has no \(precision)")
    try self.init(
      stored, name: name, generation: generation, precision: precision, tile: tile, memory: memory,
      imagesAtOnce: imagesAtOnce, threads: threads, imageNeed: stored.model.imageMemoryNeed(precision: precision))
  }

  /// Starts an engine for an image need that is known, so that others may compute meanwhile.
  init(
    _ stored: StoredModel, name: String, generation: UInt32, precision: Precision, tile: PixelSize? = nil,
    memory: Int? = nil, imagesAtOnce: Int = 8, threads: Int, imageNeed: MemoryNeed
  ) throws {
    self.stored = stored
    self.precision = precision
    predictor = Predictor(stored.model, precision: precision)
    let lanes = LanePool(threads: threads, imagesAtOnce: imagesAtOnce)
    self.lanes = lanes
    labelSet = try LabelSet(classes: stored.model.classes)
    threadCount = threads
    self.tile = tile
    let share = SystemBudget().usableMemoryBytes.map { $0 / 4 * 3 / lanes.count } ?? Self.imageBytes
    self.memory = ImageMemory(
      need: imageNeed, limit: memory ?? min(Self.imageBytes, share),
      architecture: stored.model.architecture, classCount: stored.model.classes.count)
    model = ModelDescription(
      name: name, generation: generation, weightsDigest: stored.digest, classes: stored.model.classes,
      outputs: stored.model.classes.count > 256 ? OutputSet.all.subtracting(.palettePNG) : .all,
      maximumPixels: UInt64(max(0, self.memory.pixels)))
  }

  /// Segments a small grey image on every lane, so that the first requests find weights and threads ready.
  ///
  /// - Throws: what ``segment(_:)`` throws.
  public func warm() async throws(SegmentationError) {
    let side = 64
    let request = SegmentationRequest(
      image: .rgb8([UInt8](repeating: 128, count: 3 * side * side)), width: side, height: side, outputs: .labels)
    for result in await segment(batch: Array(repeating: request, count: lanes.count)) { _ = try result.get() }
  }

  /// Computes what a decoded image shows.
  ///
  /// - Throws: DEADLINE or CANCELLED, before or between the model's layers; NONFINITE_OUTPUT.
  func predict(
    _ pixels: [UInt8], for request: SegmentationRequest
  ) throws(SegmentationError) -> (prediction: Prediction, time: Duration) {
    try request.checkIsWanted()
    let start = ContinuousClock.now
    let size = PixelSize(width: request.width, height: request.height)
    let computed: (Prediction?, isFinite: Bool)
    do {
      computed = try ComputeThreads.observingNonfinite {
        if let tiling = memory.tiling(of: size, tile: tile) {
          return try tiled.predict(pixels, size, tiling, outputs: request.outputs) { request.isWanted }
        }
        return try predictWhole(pixels, request)
      }
    } catch {
      throw error as? SegmentationError ?? SegmentationError(.internal)
    }
    guard let prediction = computed.0 else {
      try request.checkIsWanted()
      throw SegmentationError(.cancelled)
    }
    guard computed.isFinite else { throw SegmentationError(.nonfiniteOutput) }
    return (prediction, ContinuousClock.now - start)
  }

  private func predictWhole(
    _ pixels: [UInt8], _ request: SegmentationRequest
  ) throws(SegmentationError) -> Prediction? {
    let logits = predictor.logits(pixels: pixels, height: request.height, width: request.width) { request.isWanted }
    guard let logits else { return nil }
    guard logits.nonfiniteCount() == 0 else { throw SegmentationError(.nonfiniteOutput) }
    let wanted: OutputSet = [.confidence, .probabilitiesF16, .probabilitiesF32]
    return Prediction(logits: logits, withProbabilities: !request.outputs.isDisjoint(with: wanted))
  }

  private var tiled: TiledPredictor {
    TiledPredictor(
      predictor: predictor, normalization: stored.model.normalization, classCount: stored.model.classes.count)
  }
}
