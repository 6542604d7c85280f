import Synchronization

/// Holds whoever comes while it is closed; deaf to cancellation, as a thread that hangs.
final class Valve: Sendable {
  private let gate: Mutex<Gate>

  init(isOpen: Bool = true) {
    let gate = Gate()
    if isOpen { gate.open() }
    self.gate = Mutex(gate)
  }

  func pass() async { await gate.withLock { $0 }.pass() }

  func close() { gate.withLock { $0 = Gate() } }

  func open() { gate.withLock { $0 }.open() }
}
