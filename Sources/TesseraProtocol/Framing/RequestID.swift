/// Names a request on its connection: strictly increasing, never reused; 0 is the connection itself.
///
/// 64 bits never run out, so a late answer cannot hit a new request.
package struct RequestID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The connection itself.
  package static let connection = Self(rawValue: 0)
  /// Above every id that can be opened.
  package static let max = Self(rawValue: .max)

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  package var description: String { "\(rawValue)" }
}
