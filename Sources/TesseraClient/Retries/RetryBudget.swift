/// Keeps retries a small share of the requests, so that they cannot multiply the load of servers that fail.
///
/// Source: the retry budget of Finagle, and the retry throttling of gRPC (proposal A6).
struct RetryBudget: Hashable, Sendable {
  /// What a retry costs; a request earns its hundredths.
  private static let price = 100
  private let earnings: Int
  private let most: Int
  private var balance: Int

  init(_ policy: RetryPolicy) {
    earnings = policy.retriesPerHundred
    most = policy.reserve * Self.price
    balance = most
  }

  /// Counts a request.
  mutating func earn() { balance = min(balance + earnings, most) }

  /// Pays a retry; false where there is not enough.
  mutating func spend() -> Bool {
    guard balance >= Self.price else { return false }
    balance -= Self.price
    return true
  }
}
