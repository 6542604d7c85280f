import Synchronization

/// Something that a test turns on and off.
final class Switch: Sendable {
  private let state = Mutex(false)

  var isOn: Bool { state.withLock { $0 } }

  func turn(on isOn: Bool) { state.withLock { $0 = isOn } }
}
