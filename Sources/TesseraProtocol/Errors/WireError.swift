/// A rule of the protocol that a peer's bytes broke.
///
/// The reason is for logs; peers see the code's general sentence.
package struct WireError: Error, Hashable, CustomStringConvertible {
  /// What ERROR carries.
  package let code: ErrorCode
  /// Which field, what it holds, what it should hold.
  package let reason: String
  /// ERROR's detail field: for VERSION, what is spoken here.
  package var detail: UInt32 { code == .version ? ProtocolVersion.spokenBounds : 0 }

  package init(_ code: ErrorCode, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  package var description: String { "\(code): \(reason)" }

  /// What the peer may read of this error.
  ///
  /// - Parameter scope: what ends; nil stands for the code's usual scope.
  package func disclosed(ending scope: ErrorScope? = nil) -> SegmentationError {
    SegmentationError(
      code: code, scope: scope ?? code.scope, retry: code.retry, retryAfter: .zero, detail: detail,
      message: code.sentence)
  }
}
