internal import Glibc
internal import NIOCore
internal import Synchronization

/// Counts the connections of each address that have not shown who they are.
final class AddressLimit: Sendable {
  /// Whoever is likely one client: an IPv4 address, or the 64 bits of IPv6 that a site is given.
  struct Site: Hashable, Sendable {
    private let bytes: [UInt8]

    /// nil for what has no IP address.
    init?(_ address: SocketAddress?) {
      guard let address, let text = address.ipAddress else { return nil }
      switch address {
      case .v4: bytes = Self.pack(text, AF_INET, count: 4)
      case .v6:
        let all = Self.pack(text, AF_INET6, count: 16)
        // An IPv4 client of a socket for both looks like this.
        let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10...11] == [0xff, 0xff]
        bytes = isMapped ? Array(all.suffix(4)) : Array(all.prefix(8))
      case .unixDomainSocket: return nil
      }
    }

    private static func pack(_ text: String, _ family: CInt, count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      // The system wrote the text, so it reads it.
      _ = inet_pton(family, text, &bytes)
      return bytes
    }
  }

  /// How a connection is received.
  enum Reception: Hashable {
    case welcome
    /// Too many: say so and close.
    case refused
    /// Too many even of those: close without a word.
    case dropped
  }

  private let limit: Int
  private let counts = Mutex<[Site: Int]>([:])

  init(limit: Int) { self.limit = limit }

  /// Takes a connection in, until ``leave(_:)`` unless it is dropped.
  func enter(_ site: Site) -> Reception {
    counts.withLock { counts in
      let count = counts[site, default: 0]
      if count >= 2 * limit { return .dropped }
      counts[site] = count + 1
      return count < limit ? .welcome : .refused
    }
  }

  /// Forgets a connection that showed who it is, or ended.
  func leave(_ site: Site) {
    counts.withLock { counts in
      guard let count = counts[site] else { return }
      counts[site] = count > 1 ? count - 1 : nil
    }
  }
}
