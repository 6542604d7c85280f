/// Lends a pool of connections to `body`, and closes them whatever happens.
///
/// Nothing is connected before the first request. Requests that are still under way when `body` returns fail.
///
/// - Parameters:
///   - addresses: where servers of the same models listen; at least one.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws.
public func withClientPool<Value>(
  to addresses: [ServerAddress], configuration: ClientPool.Configuration = ClientPool.Configuration(),
  _ body: (ClientPool) async throws -> Value
) async throws -> Value {
  let (stream, wanted) = AsyncStream.makeStream(of: Int.self)
  let pool = ClientPool(addresses, configuration, wanted: wanted)
  async let running: Void = pool.run(stream)
  let outcome: Result<Value, any Error>
  do {
    outcome = .success(try await body(pool))
  } catch {
    outcome = .failure(error)
  }
  pool.stop()
  await running
  return try outcome.get()
}
