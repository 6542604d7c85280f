/// Why a server could not be judged at all.
public enum ConformanceError: Error, Hashable, Sendable {
  /// No connection was made.
  case unreachable(host: String, port: Int, reason: String)
  /// No handshake could be read.
  case noGreeting(host: String, port: Int, came: String)
}

extension ConformanceError: CustomStringConvertible {
  /// One line: where, what, and what to do.
  public var description: String {
    switch self {
    case .unreachable(let host, let port, let reason):
      "\(host):\(port): cannot be connected to: \(reason); check host, port and that the server runs"
    case .noGreeting(let host, let port, let came):
      "\(host):\(port): no HELLO_ACK of TSP/1 came, but \(came); check that this port speaks the protocol, without TLS"
    }
  }
}
