/// Counts the frames of one direction from 0, modulo 2³².
package struct SequenceNumber: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package private(set) var rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The number of a direction's first frame.
  package static let first = Self(rawValue: 0)

  /// Goes on to the next frame.
  package mutating func advance() { rawValue &+= 1 }

  package var description: String { "\(rawValue)" }
}
