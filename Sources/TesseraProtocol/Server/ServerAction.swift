/// What the transport has to do for a server's connection.
package enum ServerAction: Sendable {
  /// Compare the token, then call `authenticated` or `rejectAuthentication`; nothing more is read before.
  case authenticate(token: [UInt8])
  /// Decide at once whether there is room, then call `admit` or `refuse`; nothing more is read before.
  case admit(OpenRequest)
  /// Compute, then call `respond` or `fail`.
  case request(CompleteRequest)
  /// Stop computing if it is possible; then call `fail` with CANCELLED, or `respond` if it was too late.
  case cancel(RequestID)
  /// Say how the server is, by `inform`.
  case info(model: String)
  /// Give up every admitted request, write the frames that are left, and close; nothing more is read.
  ///
  /// The error is for logs; nil where both sides were done.
  case close(WireError?)
}
