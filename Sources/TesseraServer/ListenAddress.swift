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

extension SocketAddress {
  /// Finds the loopback address that a host means.
  ///
  /// Names other than `localhost` are not looked up: where a server listens must not depend on a resolver.
  static func loopback(host: String, port: Int) throws(ServerError) -> SocketAddress {
    guard (0...Int(UInt16.max)).contains(port) else {
      throw .cannotListen(host: host, port: port, reason: "a port lies in 0…65535")
    }
    let address: SocketAddress
    do {
      address = try SocketAddress(ipAddress: host == "localhost" ? "127.0.0.1" : host, port: port)
    } catch {
      throw .notAnAddress(host: host)
    }
    guard address.isLoopback else { throw .notLoopback(host: host) }
    return address
  }

  /// The system has normalised the text: four numbers, or the shortest form of IPv6.
  var isLoopback: Bool {
    switch self {
    case .v4: ipAddress?.hasPrefix("127.") ?? false
    case .v6: ipAddress == "::1"
    case .unixDomainSocket: false
    }
  }
}
