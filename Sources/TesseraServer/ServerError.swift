public import TesseraCredentials

/// Why a server did not start, or did not end well.
public enum ServerError: Error, Hashable, Sendable {
  /// The host is no numeric address and not `localhost`.
  case notAnAddress(host: String)
  /// The address can be reached from other machines, and too little protects it.
  case unprotected(host: String, lacksTLS: Bool, lacksAuthentication: Bool)
  /// Tokens would travel readably between machines.
  case tokensInTheClear(host: String)
  /// Clients' certificates suffice, so tokens would never be asked for.
  case tokensWithoutEffect
  /// A certificate, key or token list cannot be used.
  case credentials(CredentialError)
  /// Somebody else listens there.
  case portInUse(host: String, port: Int)
  /// The system does not let this process listen there.
  case notPermitted(host: String, port: Int)
  /// Listening failed for another reason.
  case cannotListen(host: String, port: Int, reason: String)
  /// A model cannot be used, for this reason.
  case cannotLoad(model: String, reason: String)
  /// Probes and metrics would be readable from other machines.
  case adminReachable(host: String)
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
    case .unprotected(let host, let lacksTLS, let lacksAuthentication):
      "will not listen on \(EscapedText(host)), which other machines reach: "
        + [
          lacksTLS ? "TLS is missing (--tls-certificate, --tls-key)" : nil,
          lacksAuthentication ? "nothing tells who may ask (--tokens or --tls-client-ca)" : nil,
        ].compactMap(\.self).joined(separator: " and ") + "; add it, use 127.0.0.1 or ::1, or accept that (--insecure)"
    case .tokensInTheClear(let host):
      "will not listen on \(EscapedText(host)): tokens could be read on their way; add TLS, or use 127.0.0.1 or ::1"
    case .tokensWithoutEffect:
      "tokens have no effect where clients show certificates; leave --tokens or --tls-client-ca out"
    case .credentials(let error): error.description
    case .portInUse(let host, let port):
      "cannot listen on \(EscapedText(host)):\(port): the port is in use; stop the other server or choose another port"
    case .notPermitted(let host, let port):
      "cannot listen on \(EscapedText(host)):\(port): not permitted; choose a port of 1024 or above"
    case .cannotListen(let host, let port, let reason):
      "cannot listen on \(EscapedText(host)):\(port): \(reason); check the address and the system's limits"
    case .cannotLoad(let model, let reason): "cannot serve the model \(EscapedText(model)): \(reason)"
    case .adminReachable(let host):
      "will not serve probes and metrics on \(EscapedText(host)), which other machines reach: nothing protects them; "
        + "use 127.0.0.1 or ::1"
    case .serviceManager(let reason):
      "cannot follow the service manager: \(reason); see the unit's Sockets=, Type=notify and WatchdogSec="
    case .alreadyRun: "the server has run already; make a new one"
    case .drainForced(let unanswered):
      "the server stopped before it had answered everything: \(unanswered) requests were given up; send them again"
    }
  }
}
