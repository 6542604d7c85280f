/// Whether, when and how often a pool sends a failed request again.
///
/// Segmentation is a pure function of the image, the model's generation and the outputs: a server keeps nothing of a
/// request, so one that was perhaps computed already, because its connection died before the answer, may be sent again
/// and means the same (SPEC.md, sections 2 and 12). What it costs is computing, and that the budget bounds.
///
/// The retry class of an error is obeyed. `never`, as of a bad image, is final. `atOnce` and `anotherServer` are tried
/// without delay the first time and behind a growing one then, `anotherServer` only where a server of another process
/// is known or may have taken the place. `afterDelay` waits as long as the server said, and a little longer, so that
/// those who were turned away together do not come back together. No retry begins after the request's deadline.
public struct RetryPolicy: Hashable, Sendable {
  /// Most times that a request is sent, the first included; at least 1.
  public var attempts = 4
  /// Upper bound of the first delay; each later one's is twice that of the one before.
  public var firstDelay: Duration = .milliseconds(50)
  /// Upper bound of all delays that are the client's own.
  public var longestDelay: Duration = .seconds(2)
  /// Longest delay of a server's to wait out; a request that is sent away for longer fails.
  public var longestRetryAfter: Duration = .seconds(30)
  /// Retries that a hundred requests earn: retries stay below this share of the requests, however much fails.
  ///
  /// What a server that goes away turns away costs none.
  public var retriesPerHundred = 10
  /// Retries that the pool begins with, and the most that it saves up.
  public var reserve = 10

  /// Four attempts, delays from 50 ms to 2 s, a retry for every ten requests.
  public init() {}

  /// Sends each request once.
  public static var never: Self {
    var policy = Self()
    policy.attempts = 1
    return policy
  }
}

extension RetryPolicy {
  /// A delay anywhere between none and the bound, which doubles with every retry.
  ///
  /// - Parameter count: retries before this one.
  ///
  /// Source: "full jitter", Brooker 2015, Exponential Backoff And Jitter, AWS Architecture Blog.
  func delay(afterRetries count: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    let bound = min(longestDelay, firstDelay * (1 << min(max(count, 0), 30)))
    return bound * Double.random(in: 0...1, using: &generator)
  }
}
