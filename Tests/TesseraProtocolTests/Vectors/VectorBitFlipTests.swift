import Foundation
import NIOCore
import Testing

@testable import TesseraProtocol

/// Every flipped bit of a golden exchange ends in an error or in exactly the right result: never in another map.
///
/// The quick form flips every 29th bit, which visits each place in a byte; `TESSERA_ALL_BITS=1 swift test --filter
/// VectorBitFlipTests` flips all of them.
@Suite struct VectorBitFlipTests {
  private static let stride = ProcessInfo.processInfo.environment["TESSERA_ALL_BITS"] == nil ? 29 : 1

  /// The stream with one bit flipped, for every bit whose turn it is.
  private func flips(of stream: [[UInt8]], from start: Int, _ body: (_ bit: Int, _ flipped: [[UInt8]]) -> Void) -> Int {
    let bounds = stream.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count * 8) }
    var count = 0
    for bit in Swift.stride(from: start % Self.stride, to: bounds[stream.count], by: Self.stride) {
      guard let frame = bounds.lastIndex(where: { $0 <= bit }) else { continue }
      var flipped = stream
      flipped[frame][(bit - bounds[frame]) / 8] ^= 1 << UInt8(bit % 8)
      body(bit, flipped)
      count += 1
    }
    return count
  }

  @Test func aServerNeverAnswersAnotherInput() throws {
    var (flipped, errors) = (0, 0)
    for (number, vector) in try VectorFile.validExchanges().enumerated() where vector.plays.contains("server") {
      let sound = ServerPlay(vector)
      let answers = Set(sound.frames.compactMap(Answer.init))
      flipped += flips(of: vector.bytes(from: "client"), from: number) { bit, stream in
        let play = ServerPlay(vector, stream: stream)
        let isRight = play.frames.compactMap(Answer.init).allSatisfy(answers.contains)
        #expect(isRight, "\(vector.name), bit \(bit): another answer")
        let hasFailed = play.errors.count > sound.errors.count
        #expect(hasFailed || play.said == sound.said, "\(vector.name), bit \(bit): no error and no answer")
        if hasFailed { errors += 1 }
      }
    }
    #expect(flipped >= 6000 * 8 / Self.stride)
    // Nearly every bit means something; only what is skipped unread may change unseen.
    #expect(errors >= flipped * 99 / 100)
  }

  @Test func aClientNeverTakesAnotherMap() throws {
    var (flipped, errors) = (0, 0)
    for (number, vector) in try VectorFile.validExchanges().enumerated() where vector.plays.contains("client") {
      let sound = ClientPlay(vector)
      flipped += flips(of: vector.bytes(from: "server"), from: number) { bit, stream in
        let play = ClientPlay(vector, stream: stream)
        #expect(Set(play.results).isSubset(of: sound.results), "\(vector.name), bit \(bit): another map")
        let hasFailed = play.closedWith != nil || Set(play.failures) != Set(sound.failures)
        #expect(hasFailed || play.results == sound.results, "\(vector.name), bit \(bit): no error and no map")
        if hasFailed { errors += 1 }
      }
    }
    #expect(flipped >= 10_000 * 8 / Self.stride)
    #expect(errors >= flipped * 95 / 100)
  }

  @Test func aFrameNeverMeansSomethingElse() throws {
    var flipped = 0
    for (number, vector) in try VectorFile.validFrames().enumerated() {
      let namesClasses = vector.message["named"] == .bool(true)
      flipped += flips(of: [hex(vector.hex)], from: number) { bit, frame in
        #expect(throws: WireError.self, "\(vector.name), bit \(bit)") {
          try FrameMeaning(frame[0], namesClasses: namesClasses)
        }
      }
    }
    #expect(flipped >= 19_000 * 8 / Self.stride)
  }
}

/// A frame of an answer, whatever its number.
private struct Answer: Hashable {
  let type: MessageType
  let id: RequestID
  let flags: FrameFlags
  let payload: [UInt8]

  /// - Returns: nil for a frame of no answer.
  init?(_ frame: (header: FrameHeader, payload: [UInt8])) {
    guard frame.header.type == .result || frame.header.type == .resultData else { return nil }
    type = frame.header.type
    id = frame.header.requestID
    flags = frame.header.flags
    payload = frame.payload
  }
}
