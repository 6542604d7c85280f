internal import Glibc

/// Times as RFC 3339 has them.
enum RFC3339 {
  /// A time since 1970 in UTC, to the millisecond: `2026-01-31T23:59:59.250Z`.
  static func text(_ time: timespec) -> String {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [padded(parts.tm_year + 1900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2)]
    let clock = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
    let fraction = padded(Int32(clamping: time.tv_nsec / 1_000_000), 3)
    return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(fraction)Z"
  }

  private static func padded(_ number: Int32, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
  }
}
