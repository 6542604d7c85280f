public import TesseraCredentials
public import TesseraProtocol

/// Why no connection to a server came about.
public enum ClientError: Error, Hashable, Sendable {
  /// No address is known for the host.
  case hostNotFound(host: String)
  /// Nobody listens there.
  case refused(host: String, port: Int)
  /// The host did not answer in time.
  case connectTimeout(host: String, port: Int)
  /// The network failed otherwise.
  case unreachable(host: String, port: Int, reason: String)
  /// A certificate, key or token of this side cannot be used.
  case credentials(CredentialError)
  /// Somebody answered, but TLS did not come about with them, or only with TLS they would answer.
  case tls(host: String, port: Int, TLSFault)
  /// Others could read the token on its way.
  case tokenInTheClear(host: String, port: Int)
  /// Somebody answered, but not as a server that takes this client; the error tells code and retry class.
  case handshakeFailed(host: String, port: Int, SegmentationError)
  /// A server ended a connection and said how long to stay away.
  case sentAway(host: String, port: Int, SegmentationError)
}

extension ClientError {
  /// Whether and where to try again.
  public var retry: RetryClass {
    switch self {
    case .hostNotFound, .credentials, .tokenInTheClear: .never
    case .tls(_, _, let fault): fault == .interrupted ? .anotherServer : .never
    case .refused, .connectTimeout, .unreachable: .anotherServer
    case .handshakeFailed(_, _, let error), .sentAway(_, _, let error): error.retry
    }
  }

  /// How long to wait before a retry of class ``RetryClass/afterDelay``.
  public var retryAfter: Duration {
    switch self {
    case .handshakeFailed(_, _, let error), .sentAway(_, _, let error): error.retryAfter
    default: .zero
    }
  }
}

extension ClientError: CustomStringConvertible {
  /// One line: what, where, why and what to do.
  public var description: String {
    switch self {
    case .hostNotFound(let host): "cannot find the host \(host.debugDescription); check its name"
    case .refused(let host, let port):
      "cannot connect to \(host.debugDescription) port \(port): nobody listens; start the server or check the port"
    case .connectTimeout(let host, let port):
      "cannot connect to \(host.debugDescription) port \(port): no answer in time; check host, port and firewall"
    case .unreachable(let host, let port, let reason):
      "cannot connect to \(host.debugDescription) port \(port): \(reason); check the network"
    case .credentials(let error): error.description
    case .tls(let host, let port, let fault): "no TLS session with \(host.debugDescription) port \(port): \(fault)"
    case .tokenInTheClear(let host, let port):
      "did not send the token to \(host.debugDescription) port \(port): others could read it; use TLS (--tls)"
    case .handshakeFailed(let host, let port, let error):
      "connected to \(host.debugDescription) port \(port), but no session came about: \(error)"
    case .sentAway(let host, let port, let error):
      "\(host.debugDescription) port \(port) wants no connection now: \(error)"
    }
  }
}
