internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import TesseraCredentials
internal import TesseraProtocol

/// Finds a host, connects to it and waits for the greeting.
struct Connector: Sendable {
  let host: String
  let port: Int
  let configuration: Client.Configuration

  func connect() async throws(ClientError) -> (Client, any Channel) {
    guard (1...Int(UInt16.max)).contains(port) else {
      throw .unreachable(host: host, port: port, reason: "a port lies in 1…65535")
    }
    let security = try ChannelSecurity(configuration, host: host)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let attempt: Attempt
    do {
      attempt = try await connect(on: loop, security).get()
    } catch {
      throw clientError(for: error)
    }
    do {
      let session = try await attempt.ready.get()
      return (Client(session: session, handler: attempt.handler, loop: loop), attempt.channel)
    } catch {
      // It fails only where the channel is closed already.
      try? await attempt.channel.close()
      throw handshakeError(for: error, security)
    }
  }

  private func handshakeError(for error: any Error, _ security: ChannelSecurity) -> ClientError {
    switch error {
    case TLSFault.wrongName(_): .tls(host: host, port: port, .wrongName(security.subject(host)))
    case let fault as TLSFault: .tls(host: host, port: port, fault)
    case is ClientHandler.TokenInTheClear: .tokenInTheClear(host: host, port: port)
    default: .handshakeFailed(host: host, port: port, error as? SegmentationError ?? .lost)
    }
  }

  /// The one channel of several attempts, one for each address, that was connected.
  private struct Attempt: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<ClientHandler>
    let ready: EventLoopFuture<ClientSession>
  }

  private func connect(on loop: any EventLoop, _ security: ChannelSecurity) -> EventLoopFuture<Attempt> {
    let handlers = NIOLoopBoundBox<[ObjectIdentifier: ClientHandler]>.makeBoxSendingValue([:], eventLoop: loop)
    return ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(configuration.connectTime))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = ClientHandler(
            configuration.protocolConfiguration(greaseSeed: .random(in: .min ... .max)),
            isEncrypted: security.isEncrypted, patience: configuration.patience, loop: loop)
          if let tls = try security.handler() { try channel.pipeline.syncOperations.addHandler(tls) }
          handlers.value[ObjectIdentifier(channel)] = handler
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .connect(host: host, port: port)
      .flatMapThrowing { channel in
        // The initializer ran for every channel; a pipeline that is closed already no longer has the handler.
        guard let handler = handlers.value[ObjectIdentifier(channel)] else { throw ChannelError.ioOnClosedChannel }
        return Attempt(
          channel: channel, handler: NIOLoopBound(handler, eventLoop: loop), ready: handler.ready.futureResult)
      }
  }

  private func clientError(for error: any Error) -> ClientError {
    if case ChannelError.connectTimeout = error { return .connectTimeout(host: host, port: port) }
    guard let error = error as? NIOConnectionError else {
      return .unreachable(host: host, port: port, reason: "\(error)")
    }
    guard let failure = error.connectionErrors.first?.error else { return .hostNotFound(host: host) }
    if case ChannelError.connectTimeout = failure { return .connectTimeout(host: host, port: port) }
    guard let failure = failure as? IOError else {
      return .unreachable(host: host, port: port, reason: "\(failure)")
    }
    return switch failure.errnoCode {
    case ECONNREFUSED: .refused(host: host, port: port)
    case ETIMEDOUT: .connectTimeout(host: host, port: port)
    default: .unreachable(host: host, port: port, reason: String(cString: strerror(failure.errnoCode)))
    }
  }
}
