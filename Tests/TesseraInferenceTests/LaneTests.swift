import Dispatch
import Synchronization
import TesseraModels
import TesseraProtocol
import TesseraTensor
import Testing

@testable import TesseraInference

@Suite(.serialized)
struct LaneTests {
  private static let precisions: [Precision] = ComputeThreads.computes(.bf16) ? [.f32, .bf16] : [.f32]

  @Test(arguments: [(1, 1), (2, 2), (8, 8), (9, 4), (16, 8), (17, 5), (64, 8)])
  func thereIsALaneForEachThreadOrForSeveral(_ threads: Int, _ lanes: Int) async throws {
    let pool = LanePool(threads: threads)
    #expect(pool.count == lanes)
    #expect(try await pool.run { ComputeThreads.count } == threads)
  }

  /// Work that ends when it is told to, and what it saw.
  private final class Work: Sendable {
    private let seen = Mutex<[Int: Int]>([:])
    private let ended = DispatchSemaphore(value: 0)

    var threads: [Int: Int] { seen.withLock { $0 } }

    func run(_ index: Int) {
      seen.withLock { $0[index] = ComputeThreads.count }
      ended.wait()
    }

    func endOne() { ended.signal() }

    func begun(_ count: Int) async throws {
      for _ in 0..<500 where threads.count < count { try await Task.sleep(for: .milliseconds(10)) }
      #expect(threads.count == count)
    }
  }

  @Test func noMoreImagesAtOnceThanAllowed() async throws {
    let pool = LanePool(threads: 4, imagesAtOnce: 1)
    #expect(pool.count == 1)
    #expect(try await pool.run { ComputeThreads.count } == 4)
    #expect(LanePool(threads: 5, imagesAtOnce: 2).count == 1 && LanePool(threads: 6, imagesAtOnce: 2).count == 2)
  }

  @Test func oneAloneGetsAllThreadsAndSeveralTheirShare() async throws {
    let pool = LanePool(threads: 4)
    let work = Work()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<6 {
        group.addTask { try await pool.run { () throws(SegmentationError) in work.run(index) } }
        // Four lanes take one each, the others wait.
        try await work.begun(min(index + 1, 4))
        try await Task.sleep(for: .milliseconds(20))
      }
      for index in 0..<6 {
        work.endOne()
        try await work.begun(min(index + 5, 6))
      }
      try await group.waitForAll()
    }
    #expect(work.threads == [0: 4, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1])
    #expect(try await pool.run { ComputeThreads.count } == 4)
  }

  @Test func whoAskedFirstIsServedFirst() async throws {
    let pool = LanePool(threads: 1)
    let work = Work()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        group.addTask { try await pool.run { () throws(SegmentationError) in work.run(index) } }
        try await Task.sleep(for: .milliseconds(30))
      }
      for count in 1...4 {
        try await work.begun(count)
        #expect(work.threads.keys.sorted() == Array(0..<count))
        work.endOne()
      }
      try await group.waitForAll()
    }
  }

  @Test func aLaneIsFreeAgainAfterAnError() async throws {
    let pool = LanePool(threads: 1)
    for _ in 0..<3 {
      await #expect(throws: SegmentationError(.cancelled)) {
        try await pool.run { () throws(SegmentationError) in throw SegmentationError(.cancelled) }
      }
    }
    #expect(try await pool.run { 7 } == 7)
  }

  /// What is computed for one image must not follow from how many threads compute it, nor from others beside it.
  ///
  /// Large layers are summed on tiles, so here all are that can be.
  @Test(arguments: [Architecture.unet(width: 16), .lraspp, .farabet], precisions)
  func theSameBytesComeFromAnyNumberOfThreads(_ architecture: Architecture, _ precision: Precision) async throws {
    let stored = try randomModel(architecture)
    try await ConvolutionPlan.$leastWinogradOperations.withValue(0) {
      for (height, width) in [(33, 47), (96, 130)] {
        let requests = (0..<3).map { rgbRequest(randomImage(height, width, stream: "image \($0)"), height, width) }
        let single = try Engine(stored, precision: precision, threads: 1)
        var expected: [SegmentationResult] = []
        for request in requests { expected.append(try await single.segment(request)) }
        let engine = try Engine(stored, precision: precision, threads: 3)
        let alone = try await engine.segment(requests[0])
        let together = try await engine.segment(batch: requests).map { try $0.get() }
        for (found, expected) in zip([alone] + together, [expected[0]] + expected) {
          #expect(found.labels == expected.labels && found.probabilities == expected.probabilities)
        }
      }
    }
  }
}
