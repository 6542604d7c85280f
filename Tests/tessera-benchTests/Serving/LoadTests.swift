import Synchronization
import TesseraTensor
import Testing

@testable import tessera_bench

/// How requests are sent, to a target that only waits.
struct LoadTests {
  /// Answers after a time, or refuses; counts what is under way.
  private final class Target: LoadTarget {
    private let time: Duration
    private let isRefusing: Bool
    private let counts = Mutex((now: 0, most: 0, lanes: Set<Int>()))

    init(time: Duration, isRefusing: Bool = false) {
      self.time = time
      self.isRefusing = isRefusing
    }

    var most: Int { counts.withLock { $0.most } }
    var lanes: Set<Int> { counts.withLock { $0.lanes } }

    func segment(_ image: LoadImage, lane: Int) async throws(LoadRefusal) -> LoadAnswer {
      counts.withLock { counts in
        counts.now += 1
        counts.most = max(counts.most, counts.now)
        counts.lanes.insert(lane)
      }
      try? await Task.sleep(for: time)
      counts.withLock { $0.now -= 1 }
      if isRefusing { throw LoadRefusal(code: "NO") }
      return LoadAnswer(palettePNG: [], batchSize: 2)
    }
  }

  private func load(_ arrivals: Load.Arrivals, _ milliseconds: Int) throws -> Load {
    let images = try LoadImage.scenes(1, width: 16, height: 16, seed: 0)
    return Load(arrivals: arrivals, images: images, warmUp: .zero, length: .milliseconds(milliseconds))
  }

  @Test func aClosedLoopKeepsItsLanesBusy() async throws {
    let target = Target(time: .milliseconds(5))
    let samples = try await load(.closed(lanes: 3), 100).run(on: target)
    #expect(target.most == 3 && target.lanes == [0, 1, 2])
    #expect(samples.count >= 6 && samples.allSatisfy { $0.isAnswer && $0.latency >= .milliseconds(5) })
    #expect(samples.allSatisfy { $0.intended < .milliseconds(100) })
  }

  @Test func anOpenLoopSendsWhateverBecameOfEarlierOnes() async throws {
    let target = Target(time: .milliseconds(300))
    var generator = Generator(seed: 0, stream: "x")
    let schedule = ArrivalSchedule(.fixed, rate: 100, length: .milliseconds(105), generator: &generator)
    let samples = try await load(.open(schedule), 105).run(on: target)
    #expect(samples.count == 10 && target.most == 10)
    #expect(Set(samples.map(\.intended)) == Set(schedule.offsets))
    #expect(samples.allSatisfy { $0.sent >= $0.intended && $0.latency >= .milliseconds(300) })
  }

  @Test func aLaneThatIsRefusedPauses() async throws {
    let target = Target(time: .zero, isRefusing: true)
    let samples = try await load(.closed(lanes: 1), 100).run(on: target)
    #expect((1...10).contains(samples.count) && !samples.contains(where: \.isAnswer))
  }

  @Test func lanesAreLimitedAndArrivalsAreNot() throws {
    guard case .closed(let lanes) = try load(.closed(lanes: 8), 1).limited(to: 3).arrivals else {
      Issue.record("a closed loop stays one")
      return
    }
    #expect(lanes == 3)
    var generator = Generator(seed: 0, stream: "x")
    let schedule = ArrivalSchedule(.fixed, rate: 10, length: .seconds(1), generator: &generator)
    guard case .open(let kept) = try load(.open(schedule), 1).limited(to: 3).arrivals else {
      Issue.record("an open loop stays one")
      return
    }
    #expect(kept.offsets == schedule.offsets)
  }

  @Test func scenesFollowFromTheirSeed() throws {
    let scenes = try LoadImage.scenes(2, width: 32, height: 24, seed: 1)
    #expect(scenes.allSatisfy { $0.width == 32 && $0.height == 24 })
    #expect(try scenes == LoadImage.scenes(2, width: 32, height: 24, seed: 1))
    #expect(scenes[0] != scenes[1])
  }
}
