import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server that takes a PNG as the body of a POST and answers with another, or of KServe's protocol, over as many
/// connections as are needed.
final class HTTPTarget: LoadTarget {
  private let host: String
  private let port: Int
  private let path: String
  /// Connections that wait for their next request.
  private let idle = Mutex<[any Channel]>([])

  private init(host: String, port: Int, path: String) {
    (self.host, self.port, self.path) = (host, port, path)
  }

  /// Lends a target, and closes its connections.
  static func withTarget<Value>(
    host: String, port: Int, path: String, _ body: (any LoadTarget) async throws -> Value
  ) async throws -> Value {
    let target = HTTPTarget(host: host, port: port, path: path)
    defer {
      for channel in target.idle.withLock({ $0 }) { channel.close(promise: nil) }
    }
    return try await body(target)
  }

  func segment(_ image: LoadImage, lane: Int) async throws(LoadRefusal) -> LoadAnswer {
    let channel: any Channel
    do {
      channel = try await connection()
    } catch {
      throw LoadRefusal(code: "NO_CONNECTION")
    }
    let answer: HTTPExchange.Answer
    do {
      let promise = channel.eventLoop.makePromise(of: HTTPExchange.Answer.self)
      channel.writeAndFlush(HTTPExchange(head: head(image), body: ByteBuffer(bytes: image.png), promise: promise))
        .cascadeFailure(to: promise)
      answer = try await promise.futureResult.get()
    } catch {
      channel.close(promise: nil)
      throw LoadRefusal(code: "CONNECTION_LOST")
    }
    if answer.keepsAlive { idle.withLock { $0.append(channel) } } else { channel.close(promise: nil) }
    guard answer.status == 200 else { throw LoadRefusal(code: "HTTP_\(answer.status)") }
    return LoadAnswer(palettePNG: Array(answer.body.readableBytesView), batchSize: nil)
  }

  private func head(_ image: LoadImage) -> HTTPRequestHead {
    var headers: HTTPHeaders = [
      "host": "\(host):\(port)", "content-type": "image/png", "content-length": "\(image.png.count)",
    ]
    if path.hasPrefix("/v2/models/") { headers.add(name: HTTPExchange.kserveHeader, value: "0") }
    return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
  }

  private func connection() async throws -> any Channel {
    while let channel = idle.withLock({ $0.popLast() }) {
      if channel.isActive { return channel }
    }
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandlers([
            NIOHTTPClientResponseAggregator(maxContentLength: HTTPExchange.longestAnswer), HTTPExchangeHandler(),
          ])
        }
      }
      .connect(host: host, port: port).get()
  }
}
