import NIOCore
import TesseraServer
import Testing

/// An answer of the admin port.
struct AdminPage {
  let status: Int
  let headers: [String: String]
  let body: String

  /// Asks for a page.
  static func get(_ path: String, of server: Server) async throws -> AdminPage {
    let port = try #require(await server.adminAddress).port
    let page = try await ask("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n", port: port)
    return try #require(page)
  }

  /// Sends bytes and reads to the end; nil where nothing comes.
  static func ask(_ request: String, port: Int) async throws -> AdminPage? {
    let connection = try await RawConnection.open(port)
    // What the server does not want it may close upon.
    connection.sendLater(Array(request.utf8))
    let text = String(buffer: await connection.readToEnd())
    await connection.close()
    return AdminPage(text)
  }

  private init?(_ text: String) {
    guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
    self.status = status
    headers = Dictionary(
      uniqueKeysWithValues: lines.dropFirst().compactMap { line in
        line.firstIndex(of: ":").map { (line[..<$0].lowercased(), line[$0...].dropFirst(2).description) }
      })
    body = String(text[end.upperBound...])
  }

  /// The value of a line of metrics.
  func value(_ series: String) -> Double? {
    body.split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
  }
}

/// Switches the admin port of a server on, on any free port, with numbers that are never old.
func withAdmin(_ configuration: inout Server.Configuration) {
  configuration.admin = ListenAddress(host: "127.0.0.1", port: 0)
  configuration.adminTimes.metrics = .zero
}
