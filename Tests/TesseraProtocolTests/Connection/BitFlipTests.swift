import NIOCore
import Testing

@testable import TesseraProtocol

/// Every flipped bit of an exchange ends in an error or in the same result.
@Suite struct BitFlipTests {
  @Test(arguments: [true, false]) func neverChangesAResult(toServer: Bool) throws {
    let request = SegmentationRequest.random(2, 2, outputs: [.labels, .confidence])
    var recorded = Pair()
    let expected = try recorded.exchange(request)
    let count = toServer ? recorded.toServer.count : recorded.toClient.count
    var errors = 0
    for bit in 0..<count * 8 {
      var pair = Pair()
      pair.damage = { direction, offset, bytes in
        let place = bit / 8 - offset
        if direction == toServer, bytes.indices.contains(place) { bytes[place] ^= 1 << (bit % 8) }
      }
      do throws(SegmentationError) {
        let result = try pair.exchange(request)
        #expect(result == expected)
      } catch {
        errors += 1
        #expect(error.code != .timeout || error.message != "no answer", "bit \(bit) hangs")
      }
    }
    #expect(errors > 0)
  }
}
