import Foundation
import Synchronization

/// Whether a person or the system asked to stop: the first signal is noted, the second ends the process at once.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Begins to note SIGINT and SIGTERM.
  static func observe() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // Both calls are safe in a signal handler.
        signal(number, SIG_DFL)
        Interruption.requested.store(true, ordering: .relaxed)
      }
    }
  }

  /// Whether a signal came.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
