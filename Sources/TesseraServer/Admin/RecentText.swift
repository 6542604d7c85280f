internal import Synchronization

/// A text that is made anew only where the last one is too old, however often it is asked for.
final class RecentText: Sendable {
  private let age: Duration
  private let make: @Sendable () -> String
  private let last = Mutex<(text: String, made: ContinuousClock.Instant)?>(nil)

  /// - Parameter age: for how long a text is good enough.
  init(age: Duration, _ make: @escaping @Sendable () -> String) {
    self.age = age
    self.make = make
  }

  /// The text.
  func read(now: ContinuousClock.Instant) -> String {
    last.withLock { last in
      if let last, last.made.duration(to: now) < age { return last.text }
      let text = make()
      last = (text, now)
      return text
    }
  }
}
