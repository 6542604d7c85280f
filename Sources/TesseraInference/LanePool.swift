import Synchronization
import TesseraProtocol

/// An engine's lanes, which share its threads.
///
/// An image that is alone gets every thread, for so it is done soonest. Several at a time get their share each, for
/// threads that compute different images never wait for one another, nor for an image to be decoded or encoded.
final class LanePool: Sendable {
  private struct Turn {
    let lane: Int
    let threads: Int
  }

  private struct State {
    var free: [Int]
    var waiting: [CheckedContinuation<Turn, Never>] = []
  }

  let lanes: [Lane]
  private let threads: Int
  private let state: Mutex<State>

  /// Images at a time.
  var count: Int { lanes.count }

  /// Starts the lanes of some threads: one for each, or for several where there are many.
  ///
  /// - Parameter imagesAtOnce: most lanes; each takes the memory of one image.
  /// - Precondition: there is a thread, and a lane.
  init(threads: Int, imagesAtOnce: Int = 8) {
    precondition(threads >= 1 && imagesAtOnce >= 1, "LanePool: \(threads) threads for \(imagesAtOnce) images")
    let share = (threads + imagesAtOnce - 1) / imagesAtOnce
    let indices = 0..<threads / share
    self.threads = threads
    lanes = indices.map { Lane(name: "tessera-lane-\($0)") }
    state = Mutex(State(free: Array(indices)))
  }

  /// Does one image's work on a lane as soon as one is free, in the order of asking.
  func run<Output: Sendable>(
    _ work: @Sendable () throws(SegmentationError) -> Output
  ) async throws(SegmentationError) -> Output {
    let turn = await turn()
    defer { end(turn) }
    return try await lanes[turn.lane].run(threads: turn.threads, work)
  }

  private func turn() async -> Turn {
    await withCheckedContinuation { continuation in
      let turn = state.withLock { state -> Turn? in
        // The first wherever it is free, so that only one of them ever keeps a team of all threads.
        guard let lane = state.free.min() else {
          state.waiting.append(continuation)
          return nil
        }
        let isAlone = state.free.count == count
        state.free.removeAll { $0 == lane }
        return Turn(lane: lane, threads: isAlone ? threads : threads / count)
      }
      if let turn { continuation.resume(returning: turn) }
    }
  }

  private func end(_ turn: Turn) {
    let next = state.withLock { state -> CheckedContinuation<Turn, Never>? in
      guard !state.waiting.isEmpty else {
        state.free.append(turn.lane)
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume(returning: Turn(lane: turn.lane, threads: threads / count))
  }
}
