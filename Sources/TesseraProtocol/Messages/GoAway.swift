package import NIOCore

/// GOAWAY: open no more requests here.
///
///     u64 last_id    u32 grace_ms    u16 code    u16 0
package struct GoAway: WireMessage {
  package static let type = MessageType.goAway

  /// Requests of larger ids were never started; 2⁶⁴−1 as a first warning.
  package let lastID: RequestID
  /// How long what is in flight may take.
  package let grace: Duration
  package let code: ErrorCode

  package init(lastID: RequestID, grace: Duration, code: ErrorCode) {
    self.lastID = lastID
    self.grace = grace
    self.code = code
  }

  package init(reading reader: inout WireReader) throws(WireError) {
    lastID = RequestID(rawValue: try reader.integer("last_id"))
    grace = try reader.milliseconds("grace_ms")
    code = ErrorCode(rawValue: try reader.integer("code"))
    try reader.reserved("bytes 14–15", as: UInt16.self)
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(lastID.rawValue)
    payload.writeWire(grace.wireMilliseconds)
    payload.writeWire(code.rawValue)
    payload.writeWire(UInt16(0))
  }
}
