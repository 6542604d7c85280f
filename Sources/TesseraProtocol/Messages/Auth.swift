package import NIOCore

/// AUTH: who the client is, by a bearer token.
///
///     u8 method, 1 = bearer token
///     u16 length, at most 4,093, then the token
///
/// Only over TLS or loopback. Never compressed.
package struct Auth: WireMessage {
  package static let type = MessageType.auth
  /// Most bytes of a token.
  package static let longestToken = 4093

  package let token: [UInt8]

  /// - Precondition: the token is no longer than ``longestToken``.
  package init(token: [UInt8]) {
    precondition(token.count <= Self.longestToken, "Auth: a token of \(token.count) bytes")
    self.token = token
  }

  package init(reading reader: inout WireReader) throws(WireError) {
    let method = try reader.integer("method", as: UInt8.self)
    if method != 1 { throw reader.violation("method", "is \(method); only 1, a bearer token, is known") }
    let count = try reader.integer("length", as: UInt16.self)
    if count > Self.longestToken { throw reader.violation("length", "is \(count), more than \(Self.longestToken)") }
    token = try reader.bytes("token", count: Int(count))
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(UInt8(1))
    payload.writeWire(UInt16(token.count))
    payload.writeBytes(token)
  }
}

extension Auth {
  /// Compares a token with the right one, in a time that tells nothing but their lengths.
  package static func matches(_ token: [UInt8], _ secret: [UInt8]) -> Bool {
    guard token.count == secret.count else { return false }
    var difference: UInt8 = 0
    for index in token.indices { difference |= token[index] ^ secret[index] }
    return difference == 0
  }
}
