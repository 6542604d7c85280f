/// Where a server is, and what it speaks.
enum ServerAddress: Hashable, Sendable {
  /// TSP/1.
  case tsp(host: String, port: Int)
  /// A PNG in a POST.
  case http(host: String, port: Int, path: String)

  /// Reads HOST:PORT or http://HOST:PORT/PATH; nil where a text is neither.
  init?(_ text: String) {
    let scheme = "http://"
    let isHTTP = text.hasPrefix(scheme)
    let rest = isHTTP ? text.dropFirst(scheme.count) : text[...]
    let authority = rest.prefix { $0 != "/" }
    let path = String(rest.dropFirst(authority.count))
    guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
      (1...65_535).contains(port), isHTTP || path.isEmpty
    else { return nil }
    var host = authority[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self =
      isHTTP
      ? .http(host: String(host), port: port, path: path.isEmpty ? "/" : path) : .tsp(host: String(host), port: port)
  }

  /// Lends a target there.
  func withTarget<Value>(
    connections: Int, _ body: (any LoadTarget) async throws -> Value
  ) async throws -> Value {
    switch self {
    case .tsp(let host, let port):
      try await TSPTarget.withTarget(host: host, port: port, connections: connections, body)
    case .http(let host, let port, let path):
      try await HTTPTarget.withTarget(host: host, port: port, path: path, body)
    }
  }
}
