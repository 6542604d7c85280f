/// Numbers that mean nothing, offered so that peers stay used to skipping what they do not know.
package struct Grease: Hashable, Sendable {
  private let digit: UInt8

  /// - Parameter seed: any number; its bits choose among the numbers of the form 0x?A.
  package init(seed: UInt64) { digit = UInt8(truncatingIfNeeded: seed >> 60) }

  package var version: ProtocolVersion { ProtocolVersion(rawValue: digit << 4 | 0xa) }
  package var codec: Codec { Codec(rawValue: digit << 4 | 0xa) }
  /// An even id, so it may be ignored.
  package var tlv: TLV {
    let byte = UInt16(digit << 4 | 0xa)
    return TLV(TLV.ID(rawValue: byte << 8 | byte), [digit])
  }
}
