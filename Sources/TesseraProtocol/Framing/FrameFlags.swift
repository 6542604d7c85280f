/// Bits that qualify a frame; an unknown one is an error.
package struct FrameFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The frame is the last DATA of its message.
  package static let end = Self(rawValue: 1)
}
