internal import Synchronization
internal import TesseraCredentials
internal import TesseraProtocol

/// What one client of the token list has open and has asked for lately, over all its connections.
final class TokenAccount: Sendable {
  private struct State {
    var entry: TokenEntry
    var inflight = 0
    /// When the requests so far are paid for; the rate lets it run ahead of the clock by less than a second.
    var paid: ContinuousClock.Instant?
  }

  /// Time after which a client that has too much open may ask again.
  private static let retryDelay: Duration = .seconds(1)

  let name: String
  private let state: Mutex<State>

  init(_ entry: TokenEntry) {
    name = entry.name
    state = Mutex(State(entry: entry))
  }

  /// Takes other limits; what is open stays open.
  func adopt(_ entry: TokenEntry) { state.withLock { $0.entry = entry } }

  /// Takes a place for a request.
  ///
  /// - Throws: OVERLOADED with the time after which there is one.
  func admit(now: ContinuousClock.Instant) throws(SegmentationError) {
    try state.withLock { state throws(SegmentationError) in
      if let most = state.entry.inflight, state.inflight >= most {
        throw Self.overloaded("this token has \(most) requests open, as many as it may", Self.retryDelay)
      }
      if let rate = state.entry.rate {
        let price = Duration.seconds(1) / rate
        let paid = max(state.paid ?? now, now)
        let wait = now.duration(to: paid) - (.seconds(1) - price)
        guard wait <= .zero else { throw Self.overloaded("this token may ask \(rate) times a second", wait) }
        state.paid = paid + price
      }
      state.inflight += 1
    }
  }

  /// Gives a request's place back.
  func release() { state.withLock { $0.inflight -= 1 } }

  /// Gives back the place of a request that there was no room for elsewhere; it did not count.
  func refund() {
    state.withLock { state in
      state.inflight -= 1
      if let rate = state.entry.rate, let paid = state.paid { state.paid = paid - .seconds(1) / rate }
    }
  }

  private static func overloaded(_ message: String, _ delay: Duration) -> SegmentationError {
    SegmentationError(.overloaded, message, retryAfter: delay)
  }
}
