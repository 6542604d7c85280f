/// Where a server listens.
public struct ServerAddress: Hashable, Sendable {
  /// A name or a numeric address.
  public let host: String
  /// Its port.
  public let port: Int

  /// Names a place; nothing is looked up here.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }
}
