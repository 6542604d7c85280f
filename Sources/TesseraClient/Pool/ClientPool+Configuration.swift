extension ClientPool {
  /// How a pool connects, how much it sends at once, and what it does about failures.
  public struct Configuration: Sendable {
    /// How each connection is made.
    public var client = Client.Configuration()
    /// Most connections to each address that take requests; at least 1.
    public var connectionsPerAddress = 2
    /// Most requests in flight on a connection, where the server does not set a lower limit; at least 1.
    public var requestsPerConnection = 16
    /// Time after which a connection without requests is closed; sooner where the server would hang up.
    public var idleTime: Duration = .seconds(60)
    /// Time for a request that names no deadline, with everything it waits for and all its retries.
    ///
    /// nil leaves each attempt to the server's limit.
    public var requestTime: Duration?
    /// Which failures are tried again, and when.
    public var retries = RetryPolicy()
    /// Where the random delays begin; nil begins elsewhere in each pool, so that pools do not act as one.
    public var jitterSeed: UInt64?

    /// Two connections to an address with 16 requests each, and the default retries.
    public init() {}
  }
}
