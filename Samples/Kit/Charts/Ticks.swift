import Foundation

/// The round numbers along an axis.
struct Ticks {
  let values: [Double]
  private let digits: Int

  /// Finds at most `limit` multiples of 1, 2 or 5 times a power of ten.
  ///
  /// - Precondition: the range is finite and not empty, and `limit` at least 2.
  init(in range: ClosedRange<Double>, limit: Int) {
    let width = range.upperBound - range.lowerBound
    precondition(width > 0 && width.isFinite && limit >= 2, "Ticks: \(limit) in \(range)")
    let power = pow(10, floor(log10(width / Double(limit))))
    let step =
      [1, 2, 5, 10, 20].map { $0 * power }
      .first { floor(range.upperBound / $0) - ceil(range.lowerBound / $0) < Double(limit) } ?? 20 * power
    let first = Int(ceil(range.lowerBound / step))
    let last = Int(floor(range.upperBound / step))
    values = first <= last ? (first...last).map { Double($0) * step } : []
    digits = max(0, Int(-floor(log10(step * 1.000_001))))
  }

  /// What stands at a tick.
  func label(_ value: Double) -> String { String(format: "%.\(digits)f", value == 0 ? 0 : value) }
}
