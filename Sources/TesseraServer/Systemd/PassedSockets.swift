internal import Glibc

/// Sockets that a service manager opened for this process.
///
/// Source: systemd, sd_listen_fds(3).
public struct PassedSockets: Hashable, Sendable {
  /// A descriptor and its name; one without is called `unknown`.
  public struct Socket: Hashable, Sendable {
    /// What the unit calls it (FileDescriptorName=).
    public let name: String
    /// Its number.
    public let descriptor: Int32

    /// Names a descriptor.
    public init(name: String, descriptor: Int32) {
      self.name = name
      self.descriptor = descriptor
    }
  }

  /// All of them, in their order.
  public let sockets: [Socket]

  /// The first descriptor that is passed.
  static let first: Int32 = 3
  private static let most = 64

  /// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.
  ///
  /// - Throws: ``ServerError/serviceManager(reason:)`` where they are missing, of another process, or disagree.
  public init(environment: [String: String], process: Int32) throws(ServerError) {
    guard let owner = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"] else {
      throw .serviceManager(reason: "no socket was passed: LISTEN_PID and LISTEN_FDS are not set")
    }
    guard owner == String(process) else {
      throw .serviceManager(
        reason: "the sockets are for another process than this: LISTEN_PID is \(EscapedText(owner))")
    }
    guard let number = Int32(count), (1...Int32(Self.most)).contains(number), count == String(number) else {
      throw .serviceManager(reason: "LISTEN_FDS is not 1…\(Self.most): \(EscapedText(count))")
    }
    var names = [String](repeating: "unknown", count: Int(number))
    if let text = environment["LISTEN_FDNAMES"] {
      names = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard names.count == number else {
        throw .serviceManager(reason: "LISTEN_FDNAMES has \(names.count) names for \(number) sockets")
      }
    }
    sockets = zip(names, Self.first...).map { Socket(name: $0, descriptor: $1) }
  }

  package init(_ sockets: [Socket]) { self.sockets = sockets }

  /// The listening socket of a name, or the only one there is.
  ///
  /// - Throws: ``ServerError/serviceManager(reason:)`` where there is not exactly one, or it does not listen for TCP.
  public func listener(named name: String? = nil) throws(ServerError) -> Int32 {
    let fitting = sockets.filter { name == nil || $0.name == name }
    guard fitting.count == 1, let socket = fitting.first else {
      let wanted = name.map { "named \(EscapedText($0))" } ?? "in all"
      throw .serviceManager(reason: "\(fitting.count) sockets \(wanted) were passed, not 1")
    }
    try Self.check(socket.descriptor)
    return socket.descriptor
  }

  private static func check(_ descriptor: Int32) throws(ServerError) {
    guard fcntl(descriptor, F_GETFD) >= 0 else {
      throw .serviceManager(reason: "descriptor \(descriptor) is not open")
    }
    // Programs that this one starts have no business with it.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    guard option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue),
      option(SO_ACCEPTCONN, of: descriptor) == 1,
      [AF_INET, AF_INET6].contains(option(SO_DOMAIN, of: descriptor) ?? -1)
    else {
      throw .serviceManager(reason: "descriptor \(descriptor) does not listen for TCP connections")
    }
  }

  private static func option(_ option: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
  }
}
