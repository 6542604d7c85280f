import Synchronization
import TesseraClient
import TesseraLabels
import TesseraProtocol
import TesseraServer
import Testing

/// A service that takes batches and says which ones.
final class BatchingService: SegmentationService {
  let batchLimit: Int
  let callLimit: Int
  private let one: FakeService
  private let sizes = Mutex<[Int]>([])
  private let atOnce = Mutex((now: 0, most: 0))

  init(batchLimit: Int, callLimit: Int = 1, _ one: FakeService) {
    self.batchLimit = batchLimit
    self.callLimit = callLimit
    self.one = one
  }

  var model: ModelDescription { one.model }
  var batches: [Int] { sizes.withLock { $0 } }
  var mostCallsAtOnce: Int { atOnce.withLock { $0.most } }

  func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    try await one.segment(request)
  }

  func segment(batch requests: [SegmentationRequest]) async -> [Result<SegmentationResult, SegmentationError>] {
    sizes.withLock { $0.append(requests.count) }
    atOnce.withLock { state in
      state.now += 1
      state.most = max(state.most, state.now)
    }
    defer { atOnce.withLock { $0.now -= 1 } }
    var results: [Result<SegmentationResult, SegmentationError>] = []
    for request in requests {
      do throws(SegmentationError) {
        let result = try await one.segment(request)
        try request.checkIsWanted()
        results.append(.success(result))
      } catch {
        results.append(.failure(error))
      }
    }
    return results
  }
}

@Suite struct BatchTests {
  @Test func waitingRequestsAreTakenTogether() async throws {
    let gate = Gate()
    let service = BatchingService(
      batchLimit: 4, FakeService { request in if request.image.bytes == picture(0) { await gate.pass() } })
    let outcome = try await withServer(service, { $0.maxBatch = 8 }) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          group.addTask { try await client.segmentPicture(0) }
          #expect(try await eventually { gate.arrived == 1 })
          for number in 1..<7 { group.addTask { try await client.segmentPicture(number) } }
          #expect(try await eventually { try await client.status().queued == 7 })
          gate.open()
          for try await isRight in group { #expect(isRight) }
        }
      }
    }
    #expect(service.batches == [1, 4, 2])
    #expect(service.mostCallsAtOnce == 1)
    #expect(outcome == .clean)
  }

  @Test func anErrorOfOneRequestIsNotThatOfItsBatch() async throws {
    let gate = Gate()
    let service = BatchingService(
      batchLimit: 8,
      FakeService { request throws(SegmentationError) in
        if request.image.bytes == picture(0) { await gate.pass() }
        if request.image.bytes == picture(2) { throw SegmentationError(.badImage, "two") }
      })
    _ = try await withServer(service, { $0.maxBatch = 8 }) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let zero = client.segmentPicture(0)
        #expect(try await eventually { gate.arrived == 1 })
        async let one = client.segmentPicture(1)
        async let two = failure { () throws(SegmentationError) in try await client.segmentPicture(2) }
        async let three = client.segmentPicture(3)
        #expect(try await eventually { try await client.status().queued == 4 })
        gate.open()
        #expect(try await [zero, one, three] == [true, true, true])
        let error = try await two
        #expect(error.code == .badImage && error.message == "two")
      }
    }
    #expect(service.batches == [1, 3])
  }

  @Test func oneOfABatchIsCancelledAlone() async throws {
    let (first, second) = (Gate(), Gate())
    let service = BatchingService(
      batchLimit: 2,
      FakeService { request in
        if request.image.bytes == picture(0) { await first.pass() }
        if request.image.bytes == picture(1) { await second.pass() }
      })
    _ = try await withServer(service, { $0.maxBatch = 2 }) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let zero = client.segmentPicture(0)
        #expect(try await eventually { first.arrived == 1 })
        try await withThrowingTaskGroup(of: SegmentationError.self) { group in
          group.addTask { try await failure { () throws(SegmentationError) in try await client.segmentPicture(1) } }
          #expect(try await eventually { try await client.status().queued == 2 })
          async let two = client.segmentPicture(2)
          #expect(try await eventually { try await client.status().queued == 3 })
          first.open()
          #expect(try await eventually { second.arrived == 1 })
          group.cancelAll()
          let error = try await group.next()
          #expect(error?.code == .cancelled)
          // Its place is free only when the service has stopped.
          #expect(try await client.status().queued == 2)
          second.open()
          #expect(try await two)
        }
        #expect(try await zero)
        #expect(try await eventually { try await client.status().queued == 0 })
      }
    }
    #expect(service.batches == [1, 2])
  }

  @Test func aRequestWaitsForOthersWhereToldTo() async throws {
    let service = BatchingService(batchLimit: 3, FakeService())
    let configure: (inout Server.Configuration) -> Void = { configuration in
      configuration.maxBatch = 3
      configuration.batchDelay = .seconds(3)
    }
    let start = ContinuousClock.now
    _ = try await withServer(service, configure) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for number in 0..<3 { group.addTask { try await client.segmentPicture(number) } }
          for try await isRight in group { #expect(isRight) }
        }
        // A full batch does not wait.
        #expect(start.duration(to: .now) < .seconds(3))
        // Nor does one into its deadline.
        let late = ContinuousClock.now
        _ = try? await client.segmentPicture(3, within: .milliseconds(300))
        #expect(late.duration(to: .now) < .seconds(2))
      }
    }
    #expect(service.batches.first == 3)
  }

  @Test func asManyCallsAreUnderWayAsTheServiceTakes() async throws {
    let gate = Gate()
    let service = BatchingService(batchLimit: 1, callLimit: 3, FakeService { _ in await gate.pass() })
    let outcome = try await withServer(service) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for number in 0..<5 { group.addTask { try await client.segmentPicture(number) } }
          #expect(try await eventually { try await client.status().queued == 5 })
          #expect(try await eventually { gate.arrived == 3 })
          gate.open()
          for try await isRight in group { #expect(isRight) }
        }
      }
    }
    #expect(service.mostCallsAtOnce == 3 && service.batches.count == 5)
    #expect(outcome == .clean)
  }
}
