public import TesseraCredentials

/// Why a server could not be judged at all.
public enum ConformanceError: Error, Hashable, Sendable {
  /// No connection was made.
  case unreachable(host: String, port: Int, reason: String)
  /// No handshake could be read.
  case noGreeting(host: String, port: Int, came: String)
  /// A certificate or key of this side cannot be used.
  case credentials(CredentialError)
  /// Somebody answered, but TLS did not come about with them.
  case tls(host: String, port: Int, TLSFault)
  /// Others could read the token on its way.
  case tokenInTheClear(host: String, port: Int)
}

extension ConformanceError: CustomStringConvertible {
  /// One line: where, what, and what to do.
  public var description: String {
    switch self {
    case .unreachable(let host, let port, let reason):
      "\(host):\(port): cannot be connected to: \(reason); check host, port and that the server runs"
    case .noGreeting(let host, let port, let came):
      "\(host):\(port): no HELLO_ACK of TSP/1 came, but \(came); check that this port speaks the protocol, "
        + "without TLS where none was asked for (--tls)"
    case .credentials(let error): error.description
    case .tls(let host, let port, let fault): "\(host):\(port): no TLS session: \(fault)"
    case .tokenInTheClear(let host, let port):
      "\(host):\(port): did not send the token, since others could read it; use TLS (--tls)"
    }
  }
}
