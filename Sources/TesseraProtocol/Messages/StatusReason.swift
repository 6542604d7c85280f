/// Why a server is not ready, as INFO tells it; other servers may have reasons of their own.
public struct StatusReason: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt8

  /// Wraps a number from the wire.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It is ready.
  public static let none = Self(rawValue: 0)
  /// Models are loading, or no inference of one has succeeded yet.
  public static let starting = Self(rawValue: 1)
  /// Nothing comes back: a computation may hang.
  public static let late = Self(rawValue: 2)
  /// The last inference of its own failed.
  public static let failing = Self(rawValue: 3)
  /// It is going away.
  public static let draining = Self(rawValue: 5)
}
