extension Duration {
  /// Whole milliseconds, rounded up, clamped to what 32 bits hold.
  package var wireMilliseconds: UInt32 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    let (sum, carry) = product.addingReportingOverflow(part)
    return overflow || carry ? .max : UInt32(clamping: sum)
  }

  /// Whole microseconds, rounded down, clamped to what 32 bits hold.
  package var wireMicroseconds: UInt32 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return overflow || carry ? .max : UInt32(clamping: sum)
  }
}
