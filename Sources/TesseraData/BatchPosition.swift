/// Where training stands in its data: the next batch to be learned from.
public struct BatchPosition: Hashable, Sendable, Codable, Comparable {
  /// Whole passes over the training split that are done.
  public var epoch: Int
  /// Batches of this epoch that are done.
  public var step: Int

  /// Names a batch of an epoch, both from 0.
  public init(epoch: Int, step: Int) {
    self.epoch = epoch
    self.step = step
  }

  /// Orders positions as training meets them.
  public static func < (a: BatchPosition, b: BatchPosition) -> Bool {
    (a.epoch, a.step) < (b.epoch, b.step)
  }
}
