internal import NIOCore

/// Where a server listens.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// A numeric address.
  public let host: String
  /// The port; the system's choice where 0 was asked for.
  public let port: Int

  /// Names a place to listen at.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `127.0.0.1:7450`, or `[::1]:7450`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension ListenAddress {
  /// The same for the system.
  ///
  /// Names other than `localhost` are not looked up: where a server listens must not depend on a resolver.
  func socketAddress() throws(ServerError) -> SocketAddress {
    guard (0...Int(UInt16.max)).contains(port) else {
      throw .cannotListen(host: host, port: port, reason: "a port lies in 0…65535")
    }
    do {
      return try SocketAddress(ipAddress: host == "localhost" ? "127.0.0.1" : host, port: port)
    } catch {
      throw .notAnAddress(host: host)
    }
  }
}
