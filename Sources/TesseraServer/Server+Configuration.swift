public import TesseraProtocol

extension Server {
  /// Where a server listens, and every bound it keeps.
  public struct Configuration: Sendable {
    /// A numeric address, or `localhost`; as ``port``, of no meaning where a socket is passed.
    ///
    /// One that other machines reach takes ``tls`` and either ``tokenFile`` or the clients' authority, or
    /// ``acceptsInsecureAddress``.
    public var host = "127.0.0.1"
    /// The port; 0 takes any that is free.
    public var port = 7450
    /// Encrypts connections; nil leaves them plain.
    public var tls: Server.TLS?
    /// Path of the list of clients and their tokens' digests; nil asks for no token.
    ///
    /// Only with ``tls`` or on a loopback address: whoever reads a token can use it.
    public var tokenFile: String?
    /// Listens where other machines can connect, read and ask, however little protects that.
    public var acceptsInsecureAddress = false
    /// Demands a PROXY header, version 1 or 2, in front of every connection, and believes it.
    public var expectsProxyHeader = false
    /// Most connections from one address that have yet to show token or certificate.
    public var unauthenticatedPerAddress = 8
    /// Name and version of the software, for the peers' logs.
    public var agent = "tessera"
    /// What clients may do; HELLO_ACK tells them.
    public var limits = ProtocolLimits()
    /// Most connections at once; more are told OVERLOADED.
    public var maxConnections = 256
    /// Most requests admitted and not yet computed; more are told OVERLOADED.
    public var queueRequests = 64
    /// Most plain bytes of input, decoded pixels and results at once; more are told MEMORY_BUDGET.
    public var queueBytes: UInt64 = 512 << 20
    /// Most requests of equal size that are computed in one call, where the service takes so many.
    public var maxBatch = 1
    /// Longest time that a request waits for others to join it while the service is free; 0 takes what waits already.
    public var batchDelay: Duration = .zero
    /// Time from the connection's start to a whole HELLO.
    public var handshakeTime: Duration = .seconds(5)
    /// Threads that move bytes; they never compute.
    public var eventLoops = 1
    /// Where probes and metrics are served over HTTP, on loopback alone; nowhere if nil.
    public var admin: ListenAddress?
    /// How the server proves that it can serve; if nil, it takes itself for ready when its models are loaded.
    public var canary: CanaryTimes? = CanaryTimes()
    /// Who is told that the server is ready, lives and ends; nobody if nil.
    public var notifier: ServiceNotifier?
    /// How a drain is timed.
    public var drain = DrainTimes()

    /// How long things may take on the admin port.
    package var adminTimes = AdminTimes()

    /// The specification's defaults.
    public init() {}

    /// A bound on the bytes held for clients, without the models' own.
    ///
    ///     queueBytes + maxConnections * (3 * maxChunk + 128 KiB)
    ///
    /// Every connection holds at most the chunk being read, its plain bytes, the chunk being written, and buffers. A
    /// canary inference, one of each model at most, takes 12 KiB more, or what the model's least image does.
    public var memoryBound: UInt64 {
      let perConnection = 3 * UInt64(limits.maxChunk) + 128 << 10
      let (connections, overflow) = UInt64(clamping: maxConnections).multipliedReportingOverflow(by: perConnection)
      let (sum, carry) = queueBytes.addingReportingOverflow(connections)
      return overflow || carry ? .max : sum
    }
  }

  /// How long each part of a drain may take; all counted from its beginning but ``farewell``.
  public struct DrainTimes: Sendable {
    /// Time in which late requests are still taken.
    public var lateRequests: Duration = .seconds(2)
    /// When requests that have no answer get DRAINING.
    public var answers: Duration = .seconds(20)
    /// Time for a client to close after the server did.
    public var farewell: Duration = .seconds(2)
    /// When everything ends, whatever it is doing.
    public var hardEnd: Duration = .seconds(25)

    /// The specification's defaults.
    public init() {}
  }
}

extension Server.Configuration {
  func protocolConfiguration(instance: UInt64) -> ServerConfiguration {
    var configuration = ServerConfiguration(instance: instance)
    configuration.agent = agent
    configuration.limits = limits
    configuration.authentication = demand
    configuration.handshakeTime = handshakeTime
    return configuration
  }

  var batches: BatchPolicy { BatchPolicy(limit: maxBatch, delay: batchDelay) }
}
