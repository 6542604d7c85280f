/// How a payload is coded on the wire.
///
/// Numbers of the form 0x?A are never assigned: peers offer them to keep readers tolerant.
package struct Codec: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The plain bytes; always allowed.
  package static let identity = Self(rawValue: 0)
  /// One zstd frame of the strict profile; on DATA only.
  package static let zstd = Self(rawValue: 1)

  /// What this version speaks, in order of preference.
  package static let spoken: [Self] = [.zstd, .identity]

  package var description: String {
    switch self {
    case .identity: "identity"
    case .zstd: "zstd-strict"
    default: "codec \(rawValue)"
    }
  }
}
