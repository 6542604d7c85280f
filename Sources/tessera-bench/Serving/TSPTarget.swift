import TesseraClient
import TesseraProtocol

/// A server of TSP/1, over several connections.
struct TSPTarget: LoadTarget {
  private let clients: [Client]

  func segment(_ image: LoadImage, lane: Int) async throws(LoadRefusal) -> LoadAnswer {
    do throws(SegmentationError) {
      return LoadAnswer(try await clients[lane % clients.count].segment(SegmentationRequest(image)))
    } catch {
      throw LoadRefusal(code: "\(error.code)")
    }
  }

  /// Lends a target of so many connections, at least one, and closes them.
  static func withTarget<Value>(
    host: String, port: Int, connections: Int, _ body: (any LoadTarget) async throws -> Value
  ) async throws -> Value {
    try await withClients([], of: connections, host: host, port: port) { try await body(TSPTarget(clients: $0)) }
  }

  private static func withClients<Value>(
    _ clients: [Client], of count: Int, host: String, port: Int, _ body: ([Client]) async throws -> Value
  ) async throws -> Value {
    guard clients.count < count else { return try await body(clients) }
    return try await withClient(host: host, port: port) { client in
      try await withClients(clients + [client], of: count, host: host, port: port, body)
    }
  }
}
