import Foundation
import Synchronization
import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

/// Clients that ask and take it back as fast as they can: each ends with CALM, or with CREDIT where the computations it
/// stopped still hold its places, and no more is computed at once than ever.
///
/// `TESSERA_CANCELS=1000000 swift test --filter CancelStormTests` makes so many instead of a few thousand.
@Suite struct CancelStormTests {
  private static let cancels = ProcessInfo.processInfo.environment["TESSERA_CANCELS"].flatMap(Int.init) ?? 4_000

  /// How many computations there are at once, and were at most.
  private final class Slots: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }

    func enter() {
      state.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
    }

    func leave() { state.withLock { $0.now -= 1 } }
  }

  /// Asks again and again, and cancels each at once; the codes of the errors.
  private func storm(_ port: Int, _ count: UInt64, withData: Bool) async throws -> [ErrorCode] {
    let raw = try await RawConnection.open(port)
    var frames = RawFrames()
    var bytes = frames.hello()
    for id in 1...count { bytes += frames.request(id, picture(1), withData: withData) + frames.cancel(id) }
    raw.sendLater(bytes)
    // The server may be quicker.
    try? await raw.endInput()
    var reader = FrameReader(await raw.readToEnd())
    let codes = try reader.errors().map(\.error.code)
    await raw.close()
    return codes
  }

  @Test func stormsEndInCalmAndTakeNoMoreThanTheirSlots() async throws {
    let slots = Slots()
    let service = FakeService { _ in
      slots.enter()
      try? await Task.sleep(for: .milliseconds(1))
      slots.leave()
    }
    // 201 end the connection; some requests may be answered before their CANCEL comes, which is then free.
    let perConnection: UInt64 = 250
    _ = try await withServer(service) { server, address in
      try await withClient(host: address.host, port: address.port) { client in
        for round in 0..<max(1, Self.cancels / (4 * Int(perConnection))) {
          try await withThrowingTaskGroup(of: (Bool, [ErrorCode]).self) { group in
            for number in 0..<4 {
              let withData = number.isMultiple(of: 2)
              group.addTask { (withData, try await storm(address.port, perConnection, withData: withData)) }
            }
            // Its place is free, whatever the others take.
            try await client.expectAnswer(to: round)
            for try await (withData, codes) in group {
              #expect(codes.last == .calm || withData && codes.last == .credit, "\(codes.count) errors")
              #expect(codes.dropLast().allSatisfy { $0 == .cancelled }, "\(Set(codes))")
            }
          }
          #expect(try await eventually { server.connectionCount == 1 })
        }
        #expect(slots.most <= max(1, service.callLimit))
        try await client.expectAnswer(to: 2)
      }
    }
  }
}
