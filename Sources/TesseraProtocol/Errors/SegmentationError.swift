/// Why a request was not answered with a result: what ERROR carries, whichever side found it.
public struct SegmentationError: Error, Hashable, Sendable {
  /// What went wrong.
  public let code: ErrorCode
  /// Whether one request or the connection ended.
  public let scope: ErrorScope
  /// Whether and where to try again.
  public let retry: RetryClass
  /// How long to wait before a retry of class ``RetryClass/afterDelay``.
  public let retryAfter: Duration
  /// A number for the server's log; for VERSION the lowest version it speaks and, in bits 8–15, the highest.
  public let detail: UInt32
  /// What the client may read: no paths, addresses or internals; the wire carries its first 255 bytes.
  public let message: String

  /// Makes an error whose scope and retry class are those of the code's table row.
  ///
  /// - Parameter message: what went wrong and what to do; nil stands for the code's general sentence.
  public init(_ code: ErrorCode, _ message: String? = nil, retryAfter: Duration = .zero, detail: UInt32 = 0) {
    self.init(
      code: code, scope: code.scope, retry: code.retry, retryAfter: retryAfter, detail: detail,
      message: message ?? code.sentence)
  }

  /// Makes an error with its own scope and retry class, as a peer may send it.
  public init(
    code: ErrorCode, scope: ErrorScope, retry: RetryClass, retryAfter: Duration, detail: UInt32, message: String
  ) {
    self.code = code
    self.scope = scope
    self.retry = retry
    self.retryAfter = retryAfter
    self.detail = detail
    self.message = message
  }
}

extension SegmentationError: CustomStringConvertible {
  /// One line: code, cause and what to do.
  public var description: String {
    let advice =
      switch retry {
      case .never: "sending it again will not help"
      case .atOnce: "try again"
      case .anotherServer: "try another server"
      case .afterDelay: retryAfter > .zero ? "try again in \(retryAfter)" : "try again later"
      }
    return "\(code): \(message); \(advice)"
  }
}
