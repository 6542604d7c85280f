internal import NIOCore
internal import Synchronization

/// The connections of the admin port.
///
/// Where there are too many, the oldest that has not asked for anything gives way to the new one: who merely holds
/// connections cannot keep probes out.
final class AdminGuests: Sendable {
  private struct Guest {
    let channel: any Channel
    var hasAsked = false
  }

  private let limit: Int
  private let guests = Mutex<[Guest]>([])

  init(limit: Int) { self.limit = limit }

  /// Takes a connection in until it closes.
  func add(_ channel: any Channel) {
    let leaving = guests.withLock { guests -> Guest? in
      defer { guests.append(Guest(channel: channel)) }
      guard guests.count >= limit else { return nil }
      return guests.remove(at: guests.firstIndex { !$0.hasAsked } ?? 0)
    }
    leaving?.channel.close(promise: nil)
    channel.closeFuture.whenComplete { [self] _ in guests.withLock { $0.removeAll { $0.channel === channel } } }
  }

  /// Notes that a connection has sent a whole request.
  func hear(_ channel: any Channel) {
    guests.withLock { guests in
      for index in guests.indices where guests[index].channel === channel { guests[index].hasAsked = true }
    }
  }

  /// Closes every connection.
  func closeAll() {
    for guest in guests.withLock({ $0 }) { guest.channel.close(promise: nil) }
  }
}
