import Foundation
import Glibc
import Synchronization

/// A datagram socket such as a service manager listens at.
final class DatagramSocket: Sendable {
  /// What NOTIFY_SOCKET would say.
  let name: String
  private let descriptor: Int32
  private let received = Mutex<[String]>([])

  init(isAbstract: Bool) throws {
    let number = UInt64(bitPattern: Int64(ContinuousClock.now.hashValue))
    let plain = "/tmp/tessera-tests-\(getpid())-\(number)"
    name = isAbstract ? "@" + plain : plain
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = (isAbstract ? [0] : []) + Array(plain.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard status == 0 else { throw NothingThrown() }
  }

  /// Everything that came so far.
  var messages: [String] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    return received.withLock { received in
      while true {
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return received }
        received.append(String(decoding: bytes.prefix(count), as: UTF8.self))
      }
    }
  }

  deinit {
    close(descriptor)
    if name.hasPrefix("/") { unlink(name) }
  }
}

/// A socket that listens on loopback, as a service manager opens it.
struct PassedSocket {
  let descriptor: Int32
  let port: Int

  init(_ host: UInt32 = INADDR_LOOPBACK, listens: Bool = true) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = host.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let fd = descriptor
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(fd, pointer, length) == 0 && (!listens || listen(fd, 8) == 0) ? getsockname(fd, pointer, &length) : -1
      }
    }
    guard status == 0 else { throw NothingThrown() }
    port = Int(UInt16(bigEndian: address.sin_port))
  }
}

extension PassedSocket {
  /// How many connections may wait to be accepted.
  var backlog: Int {
    get throws {
      var info = tcp_info()
      var length = socklen_t(MemoryLayout<tcp_info>.size)
      guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else { throw NothingThrown() }
      // Of a socket that listens, these fields tell of its queue.
      return Int(info.tcpi_sacked)
    }
  }

  /// The most that the system allows.
  static var mostBacklog: Int {
    get throws {
      let text = try String(contentsOfFile: "/proc/sys/net/core/somaxconn", encoding: .utf8)
      return min(Int(SOMAXCONN), Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0)
    }
  }
}
