@testable import TesseraTensor

extension Tensor {
  /// Uniform within ±1, from a stream of its own.
  static func random(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
    var generator = Generator(seed: seed, stream: "\(shape)")
    return Tensor(shape, (0..<shape.count).map { _ in Float(2 * generator.uniform() - 1) })
  }

  /// The largest absolute difference, as a share of the largest absolute value of `other`.
  func deviation(from other: Tensor) -> Double {
    let largest = other.elements.reduce(0) { max($0, abs($1)) }
    let difference = zip(elements, other.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return shape == other.shape ? Double(difference / max(largest, .leastNormalMagnitude)) : .infinity
  }
}

extension Tensor {
  /// Whether the lanes of the last block that belong to no channel are zero.
  var paddingIsZero: Bool {
    let whole: Shape = [shape[0], (shape[1] + 15) / 16 * 16, shape[2], shape[3]]
    guard layout == .blocked, shape[1] < whole[1] else { return layout == .blocked }
    // The same memory under as many channels as its blocks hold.
    var padded = Tensor(uninitialized: whole, layout: .blocked, precision: precision)
    padded.mutableAddress.copyMemory(from: address, byteCount: storedCount * precision.byteCount)
    return padded.channels(shape[1]..<whole[1]).elements.allSatisfy { $0 == 0 }
  }
}
