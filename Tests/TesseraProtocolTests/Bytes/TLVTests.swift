import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct TLVTests {
  private func read(_ bytes: String, known: [TLV.ID] = []) throws(WireError) -> [TLV] {
    var reader = WireReader(ByteBuffer(bytes: hex(bytes)), of: .open)
    return try reader.extensions(known: known)
  }

  private func code(_ bytes: String, known: [TLV.ID] = []) -> ErrorCode? {
    do throws(WireError) {
      _ = try read(bytes, known: known)
      return nil
    } catch { return error.code }
  }

  @Test func readsIDsInOrder() throws {
    let ids = try read("0200 0100 aa  0400 0000").map(\.id.rawValue)
    #expect(ids == [2, 4])
  }

  @Test func refusesDescendingAndDoubleIDs() {
    #expect(code("0400 0000 0200 0000") == .protocol)
    #expect(code("0200 0000 0200 0000") == .protocol)
  }

  @Test func refusesUnknownCriticalOnes() {
    #expect(code("0300 0000") == .version)
    #expect(code("0300 0000", known: [TLV.ID(rawValue: 3)]) == nil)
  }

  @Test func refusesLengthsBeyondThePayload() {
    #expect(code("0200 ffff aa") == .protocol)
    #expect(code("0200 01") == .protocol)
    #expect(code("02") == .protocol)
  }
}
