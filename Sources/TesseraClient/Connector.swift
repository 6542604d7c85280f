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
    let attempts = NIOLoopBoundBox.makeBoxSendingValue(Attempts(), eventLoop: loop)
    let outcome: Result<(Client, any Channel), ClientError> = await withTaskCancellationHandler {
      await greet(on: loop, security, attempts)
    } onCancel: {
      loop.execute { attempts.value.giveUp() }
    }
    return try outcome.get()
  }

  private func greet(
    on loop: any EventLoop, _ security: ChannelSecurity, _ attempts: NIOLoopBoundBox<Attempts>
  ) async -> Result<(Client, any Channel), ClientError> {
    let made: Connected
    do {
      made = try await connect(on: loop, security, attempts).get()
    } catch {
      return .failure(clientError(for: error))
    }
    do {
      let session = try await made.ready.get()
      let client = Client(session: session, handler: made.handler, retired: made.retired, loop: loop)
      return .success((client, made.channel))
    } catch {
      // It fails only where the channel is closed already.
      try? await made.channel.close()
      return .failure(Task.isCancelled ? cancelled : handshakeError(for: error, security))
    }
  }

  private var cancelled: ClientError { .unreachable(host: host, port: port, reason: "the task was cancelled") }

  private func handshakeError(for error: any Error, _ security: ChannelSecurity) -> ClientError {
    switch error {
    case TLSFault.wrongName(_): .tls(host: host, port: port, .wrongName(security.subject(host)))
    case let fault as TLSFault: .tls(host: host, port: port, fault)
    case is ClientHandler.TokenInTheClear: .tokenInTheClear(host: host, port: port)
    default: .handshakeFailed(host: host, port: port, error as? SegmentationError ?? .lost)
    }
  }

  /// The channels of several attempts, one for each address of the host.
  private struct Attempts {
    var handlers: [ObjectIdentifier: ClientHandler] = [:]
    var channels: [any Channel] = []
    var isGivenUp = false

    mutating func giveUp() {
      isGivenUp = true
      for channel in channels { channel.close(promise: nil) }
    }
  }

  /// The one of them that was connected.
  private struct Connected: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<ClientHandler>
    let ready: EventLoopFuture<ClientSession>
    let retired: EventLoopFuture<Void>
  }

  private func connect(
    on loop: any EventLoop, _ security: ChannelSecurity, _ attempts: NIOLoopBoundBox<Attempts>
  ) -> EventLoopFuture<Connected> {
    ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(configuration.connectTime))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard !attempts.value.isGivenUp else { throw ChannelError.ioOnClosedChannel }
          if let tls = try security.handler() { try channel.pipeline.syncOperations.addHandler(tls) }
          let handler = ClientHandler(
            configuration.protocolConfiguration(greaseSeed: .random(in: .min ... .max)),
            isEncrypted: security.isEncrypted, patience: configuration.patience, loop: loop)
          attempts.value.handlers[ObjectIdentifier(channel)] = handler
          attempts.value.channels.append(channel)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .connect(host: host, port: port)
      .flatMapThrowing { channel in
        // The initializer ran for every channel; a pipeline that is closed already no longer has the handler.
        guard let handler = attempts.value.handlers[ObjectIdentifier(channel)] else {
          throw ChannelError.ioOnClosedChannel
        }
        return Connected(
          channel: channel, handler: NIOLoopBound(handler, eventLoop: loop), ready: handler.ready.futureResult,
          retired: handler.retired.futureResult)
      }
  }

  private func clientError(for error: any Error) -> ClientError {
    if Task.isCancelled { return cancelled }
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
