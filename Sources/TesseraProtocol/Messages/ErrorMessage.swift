package import NIOCore

/// ERROR: why a request or the connection ended.
///
/// The same in all versions.
///
///     u16 code    u8 scope (0 request, 1 connection)    u8 retry    u32 retry_after_ms    u32 detail
///     str8 text
package struct ErrorMessage: WireMessage {
  package static let type = MessageType.error

  package let error: SegmentationError

  package init(_ error: SegmentationError) { self.error = error }

  package init(reading reader: inout WireReader) throws(WireError) {
    let code = ErrorCode(rawValue: try reader.integer("code"))
    let scope = try reader.integer("scope", as: UInt8.self)
    guard let scope = ErrorScope(rawValue: scope) else { throw reader.violation("scope", "is \(scope)") }
    let retry = try reader.integer("retry", as: UInt8.self)
    guard let retry = RetryClass(rawValue: retry) else { throw reader.violation("retry", "is \(retry)") }
    error = SegmentationError(
      code: code, scope: scope, retry: retry, retryAfter: try reader.milliseconds("retry_after_ms"),
      detail: try reader.integer("detail"), message: try reader.string("text"))
  }

  package func encode(into payload: inout ByteBuffer) {
    payload.writeWire(error.code.rawValue)
    payload.writeWire(error.scope.rawValue)
    payload.writeWire(error.retry.rawValue)
    payload.writeWire(error.retryAfter.wireMilliseconds)
    payload.writeWire(error.detail)
    payload.writeWire(error.message)
  }
}
