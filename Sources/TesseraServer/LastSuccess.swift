/// When a generation of a model last did what was asked of it.
struct LastSuccess: Hashable, Sendable {
  let generation: UInt32
  let time: ContinuousClock.Instant

  /// Itself, or the other where that is of a later generation, or a later one of the same.
  func orLater(_ other: LastSuccess?) -> LastSuccess {
    guard let other else { return self }
    return (other.generation, other.time) > (generation, time) ? other : self
  }
}
