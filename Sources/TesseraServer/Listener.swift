internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import TesseraProtocol

/// Opens the port and gives each connection its handler.
struct Listener: Sendable {
  let shared: ConnectionHandler.Shared
  /// One that was passed, and listens already.
  let socket: Int32?
  let registry: ConnectionRegistry
  let logger: Logger

  /// Starts to listen.
  func listen(on group: any EventLoopGroup) async throws(ServerError) -> any Channel {
    let configuration = shared.configuration
    let address = try configuration.socketAddress(of: socket)
    warnOfFewDescriptors()
    configuration.warnOfExposure(address, logger)
    do {
      guard let socket else { return try await bootstrap(group).bind(to: address).get() }
      let channel = try await bootstrap(group).withBoundSocket(socket).get()
      // Taking it over has cut its backlog to a default; this is what who passed it asks for unless told otherwise.
      _ = Glibc.listen(socket, SOMAXCONN)
      return channel
    } catch {
      let place = ListenAddress(
        host: address.ipAddress ?? configuration.host, port: address.port ?? configuration.port)
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
          try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler(logger: logger))
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
    let started = ContinuousClock.now
    let reception = registry.add(channel)
    if case .dropped = reception { return try turnAway(channel, nil, .dropped, "") }
    guard shared.configuration.expectsProxyHeader else {
      return try seat(channel, reception, peer: channel.remoteAddress, started)
    }
    try channel.pipeline.syncOperations.addHandler(
      ProxyHeaderHandler(deadline: started + shared.configuration.handshakeTime, logger: logger) { channel, source in
        try seat(channel, reception, peer: source ?? channel.remoteAddress, started)
      })
  }

  /// Gives a connection the handlers that its reception asks for.
  private func seat(
    _ channel: any Channel, _ reception: ConnectionRegistry.Reception, peer: SocketAddress?,
    _ started: ContinuousClock.Instant
  ) throws {
    let context = shared.access.context
    switch reception {
    case .welcome(let number):
      let (site, reception) = enter(peer, channel)
      guard reception == .welcome else {
        return try turnAway(
          channel, context, reception, "too many connections from here that have not shown who they are")
      }
      shared.metrics.acceptedConnection()
      if let context { try addTLS(context, channel) }
      var logger = logger
      logger[metadataKey: "connection"] = "\(number)"
      let arrival = ConnectionHandler.Arrival(peer: peer, started: started, site: site, isEncrypted: context != nil)
      try channel.pipeline.syncOperations.addHandler(
        ConnectionHandler(shared, arrival, drain: registry.drainPhase, logger: logger))
    case .refused: try turnAway(channel, context, .refused, "the server has too many connections")
    case .dropped: try turnAway(channel, context, .dropped, "")
    }
  }

  /// Counts a connection under its address until it has shown who it is.
  private func enter(
    _ peer: SocketAddress?, _ channel: any Channel
  ) -> (site: AddressLimit.Site?, reception: AddressLimit.Reception) {
    guard let addresses = shared.access.addresses, let site = AddressLimit.Site(peer) else { return (nil, .welcome) }
    let reception = addresses.enter(site)
    if reception == .refused { channel.closeFuture.whenComplete { _ in addresses.leave(site) } }
    return (site, reception)
  }

  private func turnAway(
    _ channel: any Channel, _ context: NIOSSLContext?, _ reception: AddressLimit.Reception, _ message: String
  ) throws {
    shared.metrics.refusedConnection()
    guard reception == .refused else { return channel.close(promise: nil) }
    if let context { try addTLS(context, channel) }
    try channel.pipeline.syncOperations.addHandler(
      RefusalHandler(message, retryAfter: .seconds(1), farewell: shared.configuration.drain.farewell))
  }

  private func addTLS(_ context: NIOSSLContext, _ channel: any Channel) throws {
    let time = min(shared.configuration.drain.farewell, .milliseconds(500))
    try channel.pipeline.syncOperations.addHandlers(
      TLSFarewellHandler(time: time), NIOSSLServerHandler(context: context))
  }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
  /// One of the kernel's TCP options.
  fileprivate static func tcp(_ option: CInt) -> Self {
    Self(level: .tcp, name: NIOBSDSocket.Option(rawValue: option))
  }
}
