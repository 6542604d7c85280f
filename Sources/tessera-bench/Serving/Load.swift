/// Requests to a target for a time, of which the beginning does not count.
struct Load: Sendable {
  /// When requests are sent.
  enum Arrivals: Sendable {
    /// Each lane sends its next request when it has the answer to the last.
    case closed(lanes: Int)
    /// As planned, whatever became of earlier ones.
    case open(ArrivalSchedule)
  }

  let arrivals: Arrivals
  let images: [LoadImage]
  /// What passes before anything counts.
  let warmUp: Duration
  /// What counts, after that.
  let length: Duration

  /// Pause of a closed lane that was refused.
  private static let pause: Duration = .milliseconds(10)

  /// The same load of at most so many lanes, where it has lanes.
  func limited(to most: Int) -> Load {
    guard case .closed(let lanes) = arrivals else { return self }
    return Load(arrivals: .closed(lanes: min(lanes, most)), images: images, warmUp: warmUp, length: length)
  }

  /// Puts the load on a target, and waits for every outcome.
  func run(on target: any LoadTarget) async -> [LoadSample] {
    let start = ContinuousClock.now
    switch arrivals {
    case .closed(let lanes):
      return await withTaskGroup(of: [LoadSample].self) { group in
        for lane in 0..<lanes { group.addTask { await samples(of: lane, lanes, on: target, since: start) } }
        return await group.reduce(into: []) { $0 += $1 }
      }
    case .open(let schedule):
      return await withTaskGroup(of: LoadSample.self) { group in
        for (index, offset) in schedule.offsets.enumerated() {
          if start + offset > .now {
            // It fails only where the load is cancelled.
            try? await Task.sleep(until: start + offset, tolerance: .zero, clock: .continuous)
          }
          group.addTask { await sample(index, lane: index, intended: offset, on: target, since: start) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }
  }

  private func samples(
    of lane: Int, _ lanes: Int, on target: any LoadTarget, since start: ContinuousClock.Instant
  ) async -> [LoadSample] {
    var samples: [LoadSample] = []
    while true {
      let now = ContinuousClock.now - start
      guard now < warmUp + length else { return samples }
      let sample = await sample(lane + samples.count * lanes, lane: lane, intended: now, on: target, since: start)
      samples.append(sample)
      // It fails only where the load is cancelled.
      if case .failure = sample.outcome { try? await Task.sleep(for: Self.pause) }
    }
  }

  private func sample(
    _ index: Int, lane: Int, intended: Duration, on target: any LoadTarget, since start: ContinuousClock.Instant
  ) async -> LoadSample {
    let sent = ContinuousClock.now - start
    let outcome: Result<LoadAnswerSummary, LoadRefusal>
    do throws(LoadRefusal) {
      let answer = try await target.segment(images[index % images.count], lane: lane)
      outcome = .success(LoadAnswerSummary(batchSize: answer.batchSize))
    } catch {
      outcome = .failure(error)
    }
    return LoadSample(intended: intended, sent: sent, ended: ContinuousClock.now - start, outcome: outcome)
  }
}
