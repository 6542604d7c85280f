import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import tessera_bench

/// The load's side of HTTP, against a server that answers as its path says.
struct HTTPTargetTests {
  /// Sends a request's body back, in the form that the path names.
  private final class Echo: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPServerRequestFull
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let request = unwrapInboundIn(data)
      var body = request.body ?? ByteBuffer()
      var headers: HTTPHeaders = [:]
      let form = request.head.headers[HTTPExchange.kserveHeader].first
      if request.head.uri.hasPrefix("/v2/models/"), form == "0" {
        var tensor = ByteBuffer(string: #"{"outputs": 1}"#)
        headers.add(name: HTTPExchange.kserveHeader, value: "\(tensor.readableBytes)")
        tensor.writeInteger(UInt32(body.readableBytes), endianness: .little)
        tensor.writeBuffer(&body)
        body = tensor
      }
      if request.head.uri == "/lost" { return context.close(promise: nil) }
      if request.head.uri == "/once" { headers.add(name: "connection", value: "close") }
      headers.add(name: "content-length", value: "\(body.readableBytes)")
      let status: HTTPResponseStatus = request.head.uri == "/busy" ? .serviceUnavailable : .ok
      let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }

  private func withServer(_ body: (Int) async throws -> Void) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandlers([
            NIOHTTPServerRequestAggregator(maxContentLength: 1 << 20), Echo(),
          ])
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    try await body(server.localAddress?.port ?? 0)
    try await server.close()
  }

  private func answer(_ path: String, times: Int = 1) async throws -> [Result<Bool, LoadRefusal>] {
    let image = try LoadImage.scenes(1, width: 32, height: 24, seed: 0)[0]
    var results: [Result<Bool, LoadRefusal>] = []
    try await withServer { port in
      try await HTTPTarget.withTarget(host: "127.0.0.1", port: port, path: path) { target in
        for _ in 0..<times {
          do throws(LoadRefusal) {
            results.append(.success(try await target.segment(image, lane: 0).palettePNG == image.png))
          } catch {
            results.append(.failure(error))
          }
        }
      }
    }
    return results
  }

  @Test(arguments: ["/segment", "/once", "/v2/models/segment/infer"])
  func bodiesComeBack(path: String) async throws {
    #expect(try await answer(path, times: 3) == [.success(true), .success(true), .success(true)])
  }

  @Test(arguments: [("/busy", "HTTP_503"), ("/lost", "CONNECTION_LOST")])
  func refusalsHaveACode(path: String, code: String) async throws {
    let refusal = LoadRefusal(code: code)
    #expect(try await answer(path, times: 2) == [.failure(refusal), .failure(refusal)])
  }

  @Test func nobodyListening() async throws {
    let image = try LoadImage.scenes(1, width: 32, height: 24, seed: 0)[0]
    var free = 0
    try await withServer { free = $0 }
    try await HTTPTarget.withTarget(host: "127.0.0.1", port: free, path: "/") { target in
      _ = await #expect(throws: LoadRefusal(code: "NO_CONNECTION")) { try await target.segment(image, lane: 0) }
    }
  }
}
