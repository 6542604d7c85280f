internal import Glibc

/// Tells the service manager how the server is, as `sd_notify` does.
///
/// Source: systemd, sd_notify(3) and sd_watchdog_enabled(3).
public struct ServiceNotifier: Sendable {
  /// Time within which a sign of life is expected; nil where none is.
  public let watchdogInterval: Duration?
  /// The socket's name as the system takes it: a path, or a name that begins with a zero byte.
  private let path: [UInt8]

  /// Most bytes of a socket's path, the zero at its end included.
  private static let pathLimit = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; nil where nobody wants to hear.
  ///
  /// - Throws: ``ServerError/serviceManager(reason:)`` where they are not what a service manager says.
  public init?(environment: [String: String], process: Int32) throws(ServerError) {
    guard let name = environment["NOTIFY_SOCKET"], !name.isEmpty else { return nil }
    var path = Array(name.utf8)
    guard path[0] == UInt8(ascii: "/") || path[0] == UInt8(ascii: "@") else {
      throw .serviceManager(reason: "NOTIFY_SOCKET is neither a path nor an abstract name")
    }
    guard path.count > 1, path.count < Self.pathLimit, !path.contains(0) else {
      throw .serviceManager(reason: "NOTIFY_SOCKET has \(path.count) bytes, not 2…\(Self.pathLimit - 1)")
    }
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    self.path = path
    watchdogInterval = try Self.watchdog(environment, process)
  }

  private static func watchdog(
    _ environment: [String: String], _ process: Int32
  ) throws(ServerError) -> Duration? {
    guard let text = environment["WATCHDOG_USEC"] else { return nil }
    if let other = environment["WATCHDOG_PID"], other != String(process) { return nil }
    guard let microseconds = Int64(text), microseconds > 0, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw .serviceManager(reason: "WATCHDOG_USEC is no number of microseconds: \(EscapedText(text))")
    }
    return .microseconds(microseconds)
  }

  /// Sends assignments, one a line, such as `READY=1`; false where they could not be sent.
  ///
  /// It never waits: a service manager that does not read must not hold up a server.
  public func send(_ assignments: [String]) -> Bool {
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    // An abstract name ends where the length says, so not a byte more may be counted.
    let terminator = path[0] == 0 ? 0 : 1
    let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + path.count + terminator } ?? 0
    let message = Array(assignments.joined(separator: "\n").utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(
          socket, message, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0,
          socklen_t(length))
      }
    }
    return sent == message.count
  }
}
