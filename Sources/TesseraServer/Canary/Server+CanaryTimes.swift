extension Server {
  /// How a server proves to itself that it can serve.
  public struct CanaryTimes: Hashable, Sendable {
    /// Time between two canary inferences where no request succeeds.
    public var interval: Duration = .seconds(5)
    /// For how long a success counts; also the canary's own deadline.
    public var freshness: Duration = .seconds(10)

    /// The specification's defaults.
    public init() {}
  }
}
