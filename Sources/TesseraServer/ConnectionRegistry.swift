internal import NIOCore
internal import Synchronization

/// The connections of a server, and how far its drain has come.
final class ConnectionRegistry: Sendable {
  /// How a new connection is received.
  enum Reception: Sendable {
    case welcome(number: UInt64)
    /// Too many connections: say so and close.
    case refused
    /// Too many even of those: close without a word.
    case dropped
  }

  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var refused: [ObjectIdentifier: any Channel] = [:]
    var accepted: UInt64 = 0
    var drain: DrainPhase?
    var whenEmpty: EventLoopPromise<Void>?
  }

  private let state = Mutex(State())
  private let limit: Int
  /// Most connections that are told that they are too many, at once.
  static let refusalLimit = 64

  init(limit: Int) { self.limit = limit }

  /// Connections that were welcome and are not closed.
  var count: Int { state.withLock { $0.channels.count } }

  /// How far the drain has come; nil where none has begun.
  var drainPhase: DrainPhase? { state.withLock { $0.drain } }

  /// Takes a connection in until it closes.
  func add(_ channel: any Channel) -> Reception {
    let id = ObjectIdentifier(channel)
    let reception = state.withLock { state -> Reception in
      guard state.channels.count >= limit else {
        state.accepted += 1
        state.channels[id] = channel
        return .welcome(number: state.accepted)
      }
      guard state.refused.count < Self.refusalLimit else { return .dropped }
      state.refused[id] = channel
      return .refused
    }
    channel.closeFuture.whenComplete { _ in self.remove(id) }
    return reception
  }

  private func remove(_ id: ObjectIdentifier) {
    let promise = state.withLock { state -> EventLoopPromise<Void>? in
      state.channels[id] = nil
      state.refused[id] = nil
      guard state.channels.isEmpty, state.refused.isEmpty else { return nil }
      defer { state.whenEmpty = nil }
      return state.whenEmpty
    }
    promise?.succeed()
  }

  /// Tells every connection, present and future, how far the drain has come.
  func drain(_ phase: DrainPhase) {
    let channels = state.withLock { state in
      state.drain = phase
      return Array(state.channels.values)
    }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ServerEvent.drain(phase)) }
  }

  /// Closes every connection without a word.
  func closeAll() {
    let channels = state.withLock { Array($0.channels.values) + Array($0.refused.values) }
    for channel in channels { channel.close(promise: nil) }
  }

  /// Waits until no connection is left, or until a time.
  ///
  /// Not cut short by cancellation: a drain ends by its own clock.
  func waitUntilEmpty(_ time: ContinuousClock.Instant, on loop: any EventLoop) async {
    let promise = loop.makePromise(of: Void.self)
    let isEmpty = state.withLock { state in
      if state.channels.isEmpty, state.refused.isEmpty { return true }
      state.whenEmpty = promise
      return false
    }
    if isEmpty { return promise.succeed() }
    let timer = loop.scheduleTask(in: .until(time)) { self.giveUpWaiting() }
    defer { timer.cancel() }
    // Only this class completes it, and never with an error.
    try? await promise.futureResult.get()
  }

  private func giveUpWaiting() {
    let promise = state.withLock { state in
      defer { state.whenEmpty = nil }
      return state.whenEmpty
    }
    promise?.succeed()
  }
}

extension TimeAmount {
  /// From now until a time; zero if it is past.
  static func until(_ time: ContinuousClock.Instant) -> Self {
    max(.zero, TimeAmount(ContinuousClock.now.duration(to: time)))
  }
}
