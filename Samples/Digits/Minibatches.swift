package import TesseraTensor

/// Endless minibatches: each epoch takes every index once, in an order of its own; what does not fill a minibatch is
/// left out.
package struct Minibatches: Sendable {
  private let indices: [Int]
  private let size: Int
  private var order: [Int] = []
  private var position = 0
  private var generator: Generator

  /// - Precondition: there are at least `size` indices, and `size` is at least 1.
  package init(of indices: [Int], size: Int, generator: Generator) {
    precondition(size >= 1 && indices.count >= size, "Minibatches: \(size) of \(indices.count)")
    self.indices = indices
    self.size = size
    self.generator = generator
  }

  /// Minibatches of an epoch.
  package var countPerEpoch: Int { indices.count / size }

  /// The next minibatch.
  package mutating func next() -> ArraySlice<Int> {
    if position + size > order.count {
      order = indices.shuffled(using: &generator)
      position = 0
    }
    defer { position += size }
    return order[position..<position + size]
  }
}
