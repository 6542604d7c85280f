import Foundation
import Testing

@testable import TesseraProtocol

/// A golden exchange means the same wherever its bytes are cut on their way.
///
/// The quick form tries every 127th place, and each frame in single bytes; `TESSERA_ALL_OFFSETS=1 swift test --filter
/// VectorSegmentationTests` tries all places.
@Suite struct VectorSegmentationTests {
  private static let stride = ProcessInfo.processInfo.environment["TESSERA_ALL_OFFSETS"] == nil ? 127 : 1

  /// The stream with one frame in two pieces, for every place whose turn it is, and with every frame in single bytes.
  private func cuts(
    of stream: [[UInt8]], from start: Int, _ body: (_ cut: String, _ pieces: [[[UInt8]]]) -> Void
  ) -> Int {
    let bounds = stream.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    var count = 0
    for place in Swift.stride(from: 1 + start % Self.stride, to: bounds[stream.count], by: Self.stride) {
      guard let index = bounds.lastIndex(where: { $0 <= place }), place > bounds[index] else { continue }
      let cut = place - bounds[index]
      var pieces = stream.map { [$0] }
      pieces[index] = [Array(stream[index][..<cut]), Array(stream[index][cut...])]
      body("frame \(index) cut at \(cut)", pieces)
      count += 1
    }
    // A frame without bytes stands for the end.
    body("single bytes", stream.map { frame in frame.isEmpty ? [frame] : frame.map { [$0] } })
    return count
  }

  private func exchanges(_ side: String) throws -> [ExchangeVector] {
    try (VectorFile.validExchanges() + VectorFile.invalidExchanges()).filter { $0.plays.contains(side) }
  }

  @Test func aServerSaysTheSame() throws {
    var count = 0
    for (number, vector) in try exchanges("server").enumerated() {
      let whole = ServerPlay(vector)
      count += cuts(of: vector.bytes(from: "client"), from: number) { cut, pieces in
        let play = ServerPlay(vector, stream: pieces.flatMap(\.self))
        #expect(play.said == whole.said && play.isClosed == whole.isClosed, "\(vector.name), \(cut)")
      }
    }
    #expect(count >= 50_000 / Self.stride)
  }

  @Test func aClientConcludesTheSame() throws {
    var count = 0
    for (number, vector) in try exchanges("client").enumerated() {
      let whole = ClientPlay(vector)
      count += cuts(of: vector.bytes(from: "server"), from: number) { cut, pieces in
        let play = ClientPlay(vector, pieces: pieces)
        let isSame =
          play.results == whole.results && play.failures == whole.failures && play.closedWith == whole.closedWith
          && play.deviations == whole.deviations
        #expect(isSame, "\(vector.name), \(cut)")
      }
    }
    #expect(count >= 65_000 / Self.stride)
  }
}
