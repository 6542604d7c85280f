internal import NIOCore

/// What a proxy says in front of a connection's bytes: whom it speaks for (the PROXY protocol, versions 1 and 2).
///
/// Source: HAProxy, "The PROXY protocol", 2020.
struct ProxyHeader: Hashable {
  /// Whom the proxy speaks for; nil where it is itself, or does not know.
  let source: SocketAddress?

  /// A header that is none, or breaks the form; the reason is for logs.
  struct Malformed: Error, Hashable {
    let reason: String
  }

  /// Most bytes of a header of version 1, its line's end included.
  static let longestLine = 107
  /// Most bytes of a header of version 2 that are taken, all its extensions included.
  static let longestBinary = 536

  /// Reads a header from the beginning of a connection.
  ///
  /// - Returns: nil where bytes are missing; then none is consumed.
  static func read(from bytes: inout ByteBuffer) throws(Malformed) -> Self? {
    let first = Array(bytes.readableBytesView.prefix(longestBinary))
    let parsed: (header: Self, length: Int)?
    if first.starts(with: signature.prefix(first.count)) {
      parsed = try readBinary(first)
    } else if first.starts(with: word.prefix(first.count)) {
      parsed = try readLine(first)
    } else {
      throw Malformed(reason: "no PROXY header")
    }
    guard let parsed else { return nil }
    bytes.moveReaderIndex(forwardBy: parsed.length)
    return parsed.header
  }

  private static let word = Array("PROXY ".utf8)
  private static let signature: [UInt8] = [
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
  ]
}
