import NIOCore
import NIOPosix
import NIOSSL

/// Passes bytes between clients and a server, flips one bit of each connection on its way, or speaks TLS to clients.
struct FlippingProxy {
  enum Way: Sendable { case toServer, toClient }

  /// Runs a proxy while `body` has its port.
  ///
  /// - Parameter tls: what it is to clients; the server is spoken to without.
  static func run(
    to port: Int, flipping bit: Int? = nil, _ way: Way = .toServer, tls: NIOSSLContext? = nil,
    _ body: (Int) async throws -> Void
  ) async throws {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { client in
        client.eventLoop.makeCompletedFuture {
          if let tls { try client.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try client.pipeline.syncOperations.addHandler(Entrance(port: port, bit: bit, way: way))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      try await body(listener.localAddress?.port ?? 0)
    } catch {
      try await listener.close()
      throw error
    }
    try await listener.close()
  }

  /// Reads nothing from a client before the server is there.
  private final class Entrance: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let port: Int
    private let bit: Int?
    private let way: Way

    init(port: Int, bit: Int?, way: Way) {
      self.port = port
      self.bit = bit
      self.way = way
    }

    func channelActive(context: ChannelHandlerContext) {
      let client = context.channel
      let (toServer, toClient): (Int?, Int?) = way == .toServer ? (bit, nil) : (nil, bit)
      ClientBootstrap(group: client.eventLoop)
        .channelInitializer { server in
          server.eventLoop.makeCompletedFuture {
            try server.pipeline.syncOperations.addHandler(Relay(to: client, flipping: toClient))
          }
        }
        .connect(host: "127.0.0.1", port: port)
        .flatMapThrowing { server in
          try client.pipeline.syncOperations.addHandler(Relay(to: server, flipping: toServer))
          client.setOption(.autoRead, value: true).whenFailure { _ in server.close(promise: nil) }
        }
        .whenFailure { _ in client.close(promise: nil) }
    }
  }

  private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let other: any Channel
    private let bit: Int?
    private var passed = 0

    init(to other: any Channel, flipping bit: Int?) {
      self.other = other
      self.bit = bit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var bytes = unwrapInboundIn(data)
      if let bit, (passed..<passed + bytes.readableBytes).contains(bit / 8) {
        let place = bytes.readerIndex + bit / 8 - passed
        if let byte = bytes.getInteger(at: place, as: UInt8.self) {
          bytes.setInteger(byte ^ 1 << UInt8(bit % 8), at: place)
        }
      }
      passed += bytes.readableBytes
      other.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
