internal import Glibc
internal import NIOCore

extension ServerError {
  /// Says why the system did not let a server listen.
  init(listeningAt place: ListenAddress, _ error: any Error) {
    let (host, port) = (place.host, place.port)
    guard let error = error as? IOError else {
      self = .cannotListen(host: host, port: port, reason: "\(error)")
      return
    }
    self =
      switch error.errnoCode {
      case EADDRINUSE: .portInUse(host: host, port: port)
      case EACCES, EPERM: .notPermitted(host: host, port: port)
      default: .cannotListen(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
      }
  }
}
