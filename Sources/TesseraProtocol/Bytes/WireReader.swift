package import NIOCore

/// Reads a payload's fields in order; every read names the field, so that an error can say where bytes ran out.
package struct WireReader {
  private var buffer: ByteBuffer
  private let message: MessageType

  package init(_ payload: ByteBuffer, of message: MessageType) {
    buffer = payload
    self.message = message
  }

  /// Bytes not yet read.
  package var remaining: Int { buffer.readableBytes }

  /// Says that a field breaks the protocol.
  package func violation(_ field: StaticString, _ reason: String) -> WireError {
    WireError(.protocol, "\(message) field \(field): \(reason)")
  }

  package mutating func integer<T: FixedWidthInteger & UnsignedInteger>(
    _ field: StaticString, as type: T.Type = T.self
  ) throws(WireError) -> T {
    guard let value = buffer.readInteger(endianness: .little, as: type) else {
      throw violation(field, "needs \(T.bitWidth / 8) bytes, \(remaining) are left")
    }
    return value
  }

  package mutating func bytes(_ field: StaticString, count: Int) throws(WireError) -> [UInt8] {
    guard let bytes = buffer.readBytes(length: count) else {
      throw violation(field, "needs \(count) bytes, \(remaining) are left")
    }
    return bytes
  }

  package mutating func digest(_ field: StaticString) throws(WireError) -> ContentDigest {
    guard let digest = ContentDigest(bytes: try bytes(field, count: ContentDigest.byteCount)) else {
      throw violation(field, "is no digest")
    }
    return digest
  }

  /// Reads 32 bits of milliseconds.
  package mutating func milliseconds(_ field: StaticString) throws(WireError) -> Duration {
    .milliseconds(Int64(try integer(field, as: UInt32.self)))
  }

  /// Reads 32 bits of microseconds.
  package mutating func microseconds(_ field: StaticString) throws(WireError) -> Duration {
    .microseconds(Int64(try integer(field, as: UInt32.self)))
  }

  /// Reads a field that must hold 0.
  package mutating func reserved<T: FixedWidthInteger & UnsignedInteger>(
    _ field: StaticString, as type: T.Type
  ) throws(WireError) {
    let value = try integer(field, as: type)
    if value != 0 { throw violation(field, "is reserved and must be 0, not \(value)") }
  }

  /// Reads `str8`: one byte of length, then that many bytes of UTF-8.
  package mutating func string(_ field: StaticString) throws(WireError) -> String {
    let count = try integer(field, as: UInt8.self)
    let utf8 = try bytes(field, count: Int(count))
    guard let string = String(validating: utf8, as: UTF8.self) else { throw violation(field, "is not UTF-8") }
    return string
  }

  /// Reads one byte of count, then that many bytes.
  package mutating func list(_ field: StaticString) throws(WireError) -> [UInt8] {
    let count = try integer(field, as: UInt8.self)
    return try bytes(field, count: Int(count))
  }

  /// Reads TLVs to the end of the payload.
  ///
  /// - Throws: PROTOCOL where ids do not ascend or bytes run out; VERSION for an odd id outside `known`.
  package mutating func extensions(known: [TLV.ID]) throws(WireError) -> [TLV] {
    var result: [TLV] = []
    while remaining > 0 {
      let id = TLV.ID(rawValue: try integer("TLV id"))
      if let last = result.last, id.rawValue <= last.id.rawValue {
        throw violation("TLV id", "\(id) follows \(last.id); ids ascend")
      }
      let count = try integer("TLV length", as: UInt16.self)
      let value = try bytes("TLV value", count: Int(count))
      if id.isCritical && !known.contains(id) {
        throw WireError(.version, "\(message): TLV \(id) is critical and unknown")
      }
      result.append(TLV(id, value))
    }
    return result
  }

  /// Ends the reading: a message consumes all its bytes.
  package func finish() throws(WireError) {
    if remaining > 0 { throw WireError(.protocol, "\(message): \(remaining) bytes too many") }
  }
}
