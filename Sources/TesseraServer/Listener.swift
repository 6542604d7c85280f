internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import TesseraProtocol

/// Opens the port and gives each connection its handler.
struct Listener: Sendable {
  let shared: ConnectionHandler.Shared
  let registry: ConnectionRegistry
  let logger: Logger

  /// Starts to listen.
  func listen(on group: any EventLoopGroup) async throws(ServerError) -> any Channel {
    let configuration = shared.configuration
    warnOfFewDescriptors()
    if let socket = configuration.passedSocket { return try await listen(passed: socket, on: group) }
    let address = try SocketAddress.loopback(host: configuration.host, port: configuration.port)
    do {
      return try await bootstrap(group).bind(to: address).get()
    } catch {
      throw ServerError(listeningAt: ListenAddress(host: configuration.host, port: configuration.port), error)
    }
  }

  /// Takes a socket over that listens already.
  private func listen(passed socket: Int32, on group: any EventLoopGroup) async throws(ServerError) -> any Channel {
    guard let address = SocketAddress.bound(to: socket) else {
      throw .serviceManager(reason: "descriptor \(socket) is no socket of the internet")
    }
    let place = ListenAddress(host: address.ipAddress ?? "", port: address.port ?? 0)
    guard address.isLoopback else { throw .notLoopback(host: place.host) }
    do {
      return try await bootstrap(group).withBoundSocket(socket).get()
    } catch {
      throw ServerError(listeningAt: place, error)
    }
  }

  /// Warns where connections could run out of descriptors before they reach their limit: they would wait unanswered.
  private func warnOfFewDescriptors() {
    var limit = rlimit()
    let others = 64
    let needed = shared.configuration.maxConnections + ConnectionRegistry.refusalLimit + others
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < UInt(clamping: needed)
    else { return }
    logger.warning(
      "too few file descriptors for every connection: raise the limit (ulimit -n) or allow fewer connections",
      metadata: ["descriptors": "\(limit.rlim_cur)", "needed": "\(needed)"])
  }

  private func bootstrap(_ group: any EventLoopGroup) -> ServerBootstrap {
    let stall = Int(shared.configuration.limits.writeStall.wireMilliseconds)
    return ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          // Without it, running out of descriptors makes the accepting loop spin.
          try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcp(TCP_KEEPIDLE), value: 30)
      .childChannelOption(.tcp(TCP_KEEPINTVL), value: 10)
      .childChannelOption(.tcp(TCP_KEEPCNT), value: 3)
      .childChannelOption(.tcp(TCP_USER_TIMEOUT), value: stall)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try receive(channel) }
      }
  }

  private func receive(_ channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    switch registry.add(channel) {
    case .welcome(let number, let drain):
      shared.metrics.acceptedConnection()
      var logger = logger
      logger[metadataKey: "connection"] = "\(number)"
      try pipeline.addHandler(ConnectionHandler(shared, drain: drain, logger: logger))
    case .refused:
      shared.metrics.refusedConnection()
      try pipeline.addHandler(
        RefusalHandler(retryAfter: .seconds(1), farewell: shared.configuration.drain.farewell))
    case .dropped:
      shared.metrics.refusedConnection()
      channel.close(promise: nil)
    }
  }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
  /// One of the kernel's TCP options.
  fileprivate static func tcp(_ option: CInt) -> Self {
    Self(level: .tcp, name: NIOBSDSocket.Option(rawValue: option))
  }
}
