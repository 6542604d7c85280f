package import NIOCore

extension SocketAddress {
  /// Whether bytes sent there stay on this machine.
  ///
  /// The system has normalised the text: four numbers, or the shortest form of IPv6.
  package var isLoopback: Bool {
    switch self {
    case .v4: ipAddress?.hasPrefix("127.") ?? false
    case .v6: ipAddress == "::1"
    case .unixDomainSocket: true
    }
  }
}
