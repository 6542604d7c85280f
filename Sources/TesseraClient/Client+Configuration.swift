public import TesseraCredentials
internal import TesseraProtocol

extension Client {
  /// How a client connects, and what it accepts.
  public struct Configuration: Sendable {
    /// Name and version of the software, for the server's logs.
    public var agent = "tessera"
    /// Encrypts the connection; nil leaves it plain.
    public var tls: ClientTLS?
    /// The bearer token to show to a server that asks; it is sent over TLS or to this machine only.
    public var token: String?
    /// Time to find the host and to connect.
    public var connectTime: Duration = .seconds(5)
    /// Time for the server to greet.
    public var handshakeTime: Duration = .seconds(5)
    /// Most bytes of a result to accept, whatever the server allows.
    public var maxResult: UInt64 = 128 << 20
    /// How much longer than the server's own limit to wait for a request that has no deadline.
    public var patience: Duration = .seconds(30)

    /// Waits 5 s for a connection and 5 s for a greeting.
    public init() {}
  }
}

extension Client.Configuration {
  func protocolConfiguration(greaseSeed: UInt64) -> ClientConfiguration {
    var configuration = ClientConfiguration(greaseSeed: greaseSeed)
    configuration.agent = agent
    configuration.handshakeTime = handshakeTime
    configuration.maxResult = maxResult
    configuration.token = token.map { Array($0.utf8) }
    return configuration
  }
}
