import NIOCore
import NIOPosix
import TesseraClient
import TesseraProtocol
import Testing

@Suite struct ClientErrorTests {
  private func failure(
    host: String = "127.0.0.1", port: Int, _ configure: (inout Client.Configuration) -> Void = { _ in }
  ) async throws -> ClientError? {
    var configuration = Client.Configuration()
    configure(&configuration)
    do {
      try await withClient(host: host, port: port, configuration: configuration) { _ in }
      return nil
    } catch let error as ClientError {
      return error
    }
  }

  /// Runs a listener whose connections do what the initializer says.
  private func withListener(
    _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>, _ body: (Int) async throws -> Void
  ) async throws {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer(initializer).bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    try await body(port)
    try await listener.close()
  }

  @Test func nobodyListens() async throws {
    var free = 0
    try await withListener({ $0.eventLoop.makeSucceededVoidFuture() }) { free = $0 }
    let error = try await failure(port: free)
    #expect(error == .refused(host: "127.0.0.1", port: free))
    #expect(error?.description.contains("start the server") == true)
    #expect(error?.retry == .anotherServer)
  }

  @Test func noSuchHost() async throws {
    #expect(try await failure(host: "no-such-host.invalid", port: 1) == .hostNotFound(host: "no-such-host.invalid"))
  }

  @Test func noSuchPort() async throws {
    let error = try await failure(port: 0)
    #expect(error == .unreachable(host: "127.0.0.1", port: 0, reason: "a port lies in 1…65535"))
  }

  @Test func aServerThatSaysNothing() async throws {
    try await withListener({ $0.eventLoop.makeSucceededVoidFuture() }) { port in
      let start = ContinuousClock.now
      let error = try await failure(port: port) { $0.handshakeTime = .milliseconds(100) }
      guard case .handshakeFailed(_, port, let cause) = error else { throw NothingThrown() }
      #expect(cause.code == .timeout && cause.retry == .atOnce)
      #expect(start.duration(to: .now) < .seconds(2))
    }
  }

  @Test func aServerThatHangsUp() async throws {
    try await withListener({ $0.close() }) { port in
      guard case .handshakeFailed(_, port, let cause) = try await failure(port: port) else { throw NothingThrown() }
      #expect(cause.scope == .connection && cause.retry == .atOnce)
    }
  }

  private final class WebServer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let answer = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
      context.channel.writeAndFlush(answer, promise: nil)
    }
  }

  @Test func aServerOfAnotherKind() async throws {
    try await withListener({ channel in
      channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(WebServer()) }
    }) { port in
      guard case .handshakeFailed(_, port, let cause) = try await failure(port: port) else { throw NothingThrown() }
      #expect(cause.code == .headerCRC)
    }
  }
}
