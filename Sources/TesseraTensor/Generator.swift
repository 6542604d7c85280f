#if canImport(Glibc)
  import Glibc
#endif

/// A seeded source of random numbers whose state is a value: copy it, store it, go on from it.
///
/// Independent streams come from one seed and a name, so that a new use does not disturb the others.
///
/// Source: xoshiro256**, Blackman and Vigna 2018 (arXiv:1805.01407), seeded by SplitMix64 as they advise.
public struct Generator: RandomNumberGenerator, Hashable, Sendable {
  /// The four words of state; with ``init(state:)`` what a checkpoint stores.
  public private(set) var state: [UInt64]

  /// Starts the stream of this name under a seed.
  public init(seed: UInt64, stream: String) {
    // FNV-1a of the name moves the seed; SplitMix64 then spreads it over the state.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var mixed = seed ^ hash
    state = (0..<4).map { _ in
      mixed &+= 0x9e37_79b9_7f4a_7c15
      var z = mixed
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Goes on from a stored state.
  ///
  /// - Precondition: `state` has four words, not all zero.
  public init(state: [UInt64]) {
    precondition(state.count == 4 && state.contains { $0 != 0 }, "Generator: a state is four words, not all zero")
    self.state = state
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotate(state[1] &* 5, 7) &* 9
    let t = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= t
    state[3] = rotate(state[3], 45)
    return result
  }

  /// A number in `0..<1` with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the standard normal distribution (Box and Muller 1958; the second of the pair is not kept).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
