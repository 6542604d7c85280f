/// Why a server did not start, or did not end well.
public enum ServerError: Error, Hashable, Sendable {
  /// The host is no numeric address and not `localhost`.
  case notAnAddress(host: String)
  /// The address can be reached from other machines.
  case notLoopback(host: String)
  /// Somebody else listens there.
  case portInUse(host: String, port: Int)
  /// The system does not let this process listen there.
  case notPermitted(host: String, port: Int)
  /// Listening failed for another reason.
  case cannotListen(host: String, port: Int, reason: String)
  /// What a service manager passed on cannot be used.
  case serviceManager(reason: String)
  /// A server runs once.
  case alreadyRun
  /// The drain ended before every request that was admitted had its answer.
  case drainForced(unanswered: Int)
}

extension ServerError: CustomStringConvertible {
  /// One line: what, where, why and what to do.
  public var description: String {
    switch self {
    case .notAnAddress(let host):
      "cannot listen on \(EscapedText(host)): not a numeric address; use 127.0.0.1, ::1 or localhost"
    case .notLoopback(let host):
      "will not listen on \(EscapedText(host)): other machines could reach it unencrypted; use 127.0.0.1 or ::1"
    case .portInUse(let host, let port):
      "cannot listen on \(EscapedText(host)):\(port): the port is in use; stop the other server or choose another port"
    case .notPermitted(let host, let port):
      "cannot listen on \(EscapedText(host)):\(port): not permitted; choose a port of 1024 or above"
    case .cannotListen(let host, let port, let reason):
      "cannot listen on \(EscapedText(host)):\(port): \(reason); check the address and the system's limits"
    case .serviceManager(let reason):
      "cannot follow the service manager: \(reason); see the unit's Sockets=, Type=notify and WatchdogSec="
    case .alreadyRun: "the server has run already; make a new one"
    case .drainForced(let unanswered):
      "the server stopped before it had answered everything: \(unanswered) requests were given up; send them again"
    }
  }
}
