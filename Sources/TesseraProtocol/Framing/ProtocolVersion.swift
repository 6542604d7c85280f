/// A version of the protocol.
///
/// Numbers of the form 0x?A are never assigned.
package struct ProtocolVersion: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// What frames carry before a version is agreed on.
  package static let unnegotiated = Self(rawValue: 0)
  /// TSP/1.
  package static let one = Self(rawValue: 1)

  /// What this implementation speaks, ascending.
  package static let spoken: [Self] = [.one]

  /// The lowest version spoken and, in bits 8–15, the highest, as VERSION tells them.
  static var spokenBounds: UInt32 {
    UInt32(spoken.first?.rawValue ?? 0) | UInt32(spoken.last?.rawValue ?? 0) << 8
  }

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  package var description: String { "\(rawValue)" }
}
