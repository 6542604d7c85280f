import Synchronization

/// Holds whoever comes until it is opened.
final class Gate: Sendable {
  private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>](), arrived: 0))

  /// How many have come.
  var arrived: Int { state.withLock { $0.arrived } }

  /// Waits until it is open; deaf to cancellation.
  func pass() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        state.arrived += 1
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting.removeAll() }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

/// Waits until something holds; false where it does not within a time.
func eventually(
  within time: Duration = .seconds(8), _ condition: () async throws -> Bool
) async throws -> Bool {
  let end = ContinuousClock.now + time
  while ContinuousClock.now < end {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(5))
  }
  return try await condition()
}
