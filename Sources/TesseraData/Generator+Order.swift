import TesseraTensor

extension Generator {
  /// A permutation of `0..<count`, each as likely as the others.
  ///
  /// Source: Durstenfeld 1964, "Algorithm 235: Random permutation". Written out because the standard library may change
  /// how it draws, and a resumed run must meet the same order.
  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(below: last + 1)) }
    return order
  }

  /// An index in `0..<count`.
  mutating func index(below count: Int) -> Int { min(count - 1, Int(uniform() * Double(count))) }
}
