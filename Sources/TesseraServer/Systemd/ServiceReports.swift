internal import NIOCore
internal import Synchronization

/// Tells the service manager each change until it has taken it, and that the server lives while nothing hangs.
final class ServiceReports: Sendable {
  private let notifier: ServiceNotifier
  /// The last change, where it did not get through.
  private let untold = Mutex<[String]?>(nil)

  init(_ notifier: ServiceNotifier) { self.notifier = notifier }

  /// Time from one ``repeat(_:)`` to the next: a sign of life may get lost.
  var pause: Duration { min(notifier.watchdogInterval.map { $0 / 2 } ?? .seconds(1), .seconds(1)) }

  /// Tells a change; those before it do not matter any more.
  func tell(_ readiness: Readiness) {
    let assignments =
      switch readiness {
      case .ready: ["READY=1", "STATUS=\(readiness)"]
      case .notReady(.draining, _): ["STOPPING=1", "STATUS=draining"]
      case .notReady: ["STATUS=\(readiness)"]
      }
    untold.withLock { $0 = notifier.send(assignments) ? nil : assignments }
  }

  /// Tells what did not get through, and gives a sign of life but where something hangs, as nothing else is mended by
  /// starting anew, and before the server is ready at all, when nobody waits for one.
  func `repeat`(_ readiness: Readiness) {
    untold.withLock { untold in
      if let assignments = untold, notifier.send(assignments) { untold = nil }
    }
    guard notifier.watchdogInterval != nil else { return }
    switch readiness {
    case .notReady(.late, _), .notReady(.starting, _): break
    // One that gets lost is followed by others.
    case .ready, .notReady: _ = notifier.send(["WATCHDOG=1"])
    }
  }
}
