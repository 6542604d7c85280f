/// The mean of a few numbers and how far they lie apart.
public struct Spread: Hashable, Sendable, Encodable {
  /// How many.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// Their standard deviation, of a sample; nil for one number.
  public let deviation: Double?

  /// Measures numbers; nil without any.
  public init?(_ numbers: [Double]) {
    guard !numbers.isEmpty else { return nil }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    count = numbers.count
    self.mean = mean
    guard numbers.count > 1 else {
      deviation = nil
      return
    }
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(numbers.count - 1)).squareRoot()
  }
}
