internal import NIOCore
internal import NIOPosix

/// Connects to a server, lends the connection to `body`, and closes it whatever happens.
///
/// - Parameters:
///   - host: a name or a numeric address.
///   - port: where the server listens.
/// - Returns: what `body` returns.
/// - Throws: ``ClientError`` where no session came about, within the configured times; then what `body` throws.
public func withClient<Value>(
  host: String, port: Int, configuration: Client.Configuration = Client.Configuration(),
  _ body: (Client) async throws -> Value
) async throws -> Value {
  let connector = Connector(host: host, port: port, configuration: configuration)
  let (client, channel) = try await connector.connect()
  let outcome: Result<Value, any Error>
  do {
    outcome = .success(try await body(client))
  } catch {
    outcome = .failure(error)
  }
  // It fails only where the channel is closed already.
  try? await channel.close()
  return try outcome.get()
}
