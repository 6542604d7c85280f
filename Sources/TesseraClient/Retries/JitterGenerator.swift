/// The random numbers of a pool's delays.
///
/// Source: xorshift64*, Vigna 2016 (arXiv:1402.6246).
struct JitterGenerator: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    // From zero it would not move.
    state = seed | 1
  }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }
}
