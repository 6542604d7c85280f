internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Opens the port of probes and metrics: HTTP/1.1, on loopback alone, bounded in every way.
struct AdminListener: Sendable {
  /// Bytes of a request, its body included.
  static let requestBytes = 8192
  /// Connections at once.
  static let connections = 16

  let address: SocketAddress
  let pages: AdminPages
  let times: AdminTimes
  let logger: Logger
  let guests = AdminGuests(limit: Self.connections)

  /// Starts to listen.
  func listen(on group: any EventLoopGroup) async throws(ServerError) -> any Channel {
    do {
      return try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 16)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler(logger: logger))
          }
        }
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try receive(channel) }
        }
        .bind(to: address).get()
    } catch {
      let place = ListenAddress(host: address.ipAddress ?? "", port: address.port ?? 0)
      throw ServerError(listeningAt: place, error)
    }
  }

  private func receive(_ channel: any Channel) throws {
    guests.add(channel)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(AdminByteLimit(Self.requestBytes))
    try pipeline.addHandler(HTTPResponseEncoder())
    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    try pipeline.addHandler(AdminHandler(pages, guests, times))
  }
}
