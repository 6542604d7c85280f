/// Proves which model saw which input, and how long it took.
public struct Receipt: Hashable, Sendable {
  /// The model that answered.
  public let model: String
  /// Its generation.
  public let generation: UInt32
  /// SHA-256 of its weights.
  public let weightsDigest: ContentDigest
  /// SHA-256 of the decoded RGB8 that the model saw.
  public let pixelsDigest: ContentDigest
  /// Requests of one batch that were computed, this one included: in one call, if not in one pass.
  public let batchSize: Int
  /// Time to decode the image.
  public let decodeTime: Duration
  /// Time in the queue.
  public let queueTime: Duration
  /// Time in the model.
  public let computeTime: Duration

  /// Makes a receipt.
  public init(
    model: String, generation: UInt32, weightsDigest: ContentDigest, pixelsDigest: ContentDigest, batchSize: Int,
    decodeTime: Duration, queueTime: Duration, computeTime: Duration
  ) {
    self.model = model
    self.generation = generation
    self.weightsDigest = weightsDigest
    self.pixelsDigest = pixelsDigest
    self.batchSize = batchSize
    self.decodeTime = decodeTime
    self.queueTime = queueTime
    self.computeTime = computeTime
  }
}
