/// One optional extension: an id, and bytes that only those who know the id understand.
package struct TLV: Hashable, Sendable {
  /// Says what an extension means; odd ids may not be ignored.
  package struct ID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The W3C trace context of a request.
    package static let traceparent = Self(rawValue: 2)

    /// Whether a reader that does not know the id must refuse.
    package var isCritical: Bool { rawValue & 1 == 1 }

    package var description: String { "0x\(String(rawValue, radix: 16))" }
  }

  package let id: ID
  package let value: [UInt8]

  package init(_ id: ID, _ value: [UInt8]) {
    self.id = id
    self.value = value
  }
}
