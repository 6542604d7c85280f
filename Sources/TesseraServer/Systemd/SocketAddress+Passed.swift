internal import Glibc
internal import NIOCore

extension SocketAddress {
  /// The address that a passed socket is bound to.
  ///
  /// - Throws: ``ServerError/serviceManager(reason:)`` where it is no socket of the internet.
  init(boundTo descriptor: Int32) throws(ServerError) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let address = withUnsafeMutablePointer(to: &storage) { storage -> SocketAddress? in
      let status = storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
      guard status == 0 else { return nil }
      switch Int32(storage.pointee.ss_family) {
      case AF_INET: return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
      case AF_INET6: return storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
      default: return nil
      }
    }
    guard let address else {
      throw .serviceManager(reason: "descriptor \(descriptor) is no socket of the internet")
    }
    self = address
  }
}
