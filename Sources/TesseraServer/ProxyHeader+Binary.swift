internal import NIOCore
internal import TesseraProtocol

extension ProxyHeader {
  /// Reads version 2, whose numbers are big-endian.
  ///
  ///     0 12 bytes signature
  ///     12 u8 version 2 << 4 | command: 0 LOCAL, 1 PROXY
  ///     13 u8 family << 4 | transport: 0x11 TCP over IPv4, 0x21 over IPv6, 0x31 UNIX stream, 0 unspecified
  ///     14 u16 length of what follows
  ///     16 source, destination, source port, destination port, then u8 type, u16 length, value, repeated
  static func readBinary(_ bytes: [UInt8]) throws(Malformed) -> (header: Self, length: Int)? {
    guard bytes.count >= 16 else { return nil }
    guard bytes[12] >> 4 == 2 else { throw Malformed(reason: "version \(bytes[12] >> 4)") }
    let length = 16 + Int(bytes[14]) << 8 + Int(bytes[15])
    guard length <= longestBinary else { throw Malformed(reason: "\(length) bytes, more than \(longestBinary)") }
    guard bytes.count >= length else { return nil }
    let header = Array(bytes[..<length])
    switch bytes[12] & 0xf {
    // The proxy asks for itself, such as whether we live; what it says besides is to be ignored.
    case 0: return (Self(source: nil), length)
    case 1: return (Self(source: try source(header)), length)
    case let command: throw Malformed(reason: "command \(command)")
    }
  }

  private static func source(_ header: [UInt8]) throws(Malformed) -> SocketAddress? {
    let side: Int
    switch header[13] {
    case 0x00: return nil
    case 0x11: side = 4
    case 0x21: side = 16
    case 0x31: side = 108
    case let family: throw Malformed(reason: "family and transport \(family)")
    }
    // A path needs no port.
    let ports = side == 108 ? 0 : 4
    guard header.count >= 16 + 2 * side + ports else { throw Malformed(reason: "too short for its addresses") }
    try checkExtensions(header, from: 16 + 2 * side + ports)
    if side == 108 { return nil }
    let place = 16 + 2 * side
    do {
      return try SocketAddress(
        packedIPAddress: ByteBuffer(bytes: header[16..<16 + side]),
        port: Int(header[place]) << 8 | Int(header[place + 1]))
    } catch {
      throw Malformed(reason: "no address: \(error)")
    }
  }

  private static let checksumType: UInt8 = 3

  private static func checkExtensions(_ header: [UInt8], from start: Int) throws(Malformed) {
    var place = start
    while place < header.count {
      guard place + 3 <= header.count else { throw Malformed(reason: "an extension without length") }
      let end = place + 3 + Int(header[place + 1]) << 8 + Int(header[place + 2])
      guard end <= header.count else { throw Malformed(reason: "an extension longer than the header") }
      if header[place] == checksumType { try checkChecksum(header, place + 3..<end) }
      place = end
    }
  }

  /// The CRC-32C is that of the header with zeros in its own place.
  private static func checkChecksum(_ header: [UInt8], _ place: Range<Int>) throws(Malformed) {
    guard place.count == 4 else { throw Malformed(reason: "a checksum of \(place.count) bytes") }
    var blank = header
    blank.replaceSubrange(place, with: [0, 0, 0, 0])
    let told = header[place].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard CRC32C.checksum(blank) == told else { throw Malformed(reason: "a wrong checksum") }
  }
}
