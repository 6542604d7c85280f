import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct ContentDigestTests {
  /// FIPS 180-2, appendix B.1.
  private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test func isSHA256() {
    #expect(ContentDigest(of: Array("abc".utf8)).description == abc)
  }

  @Test func comesPieceByPiece() {
    var digester = Digester()
    digester.update([UInt8(ascii: "a")])
    digester.update(ByteBuffer(string: "bc"))
    #expect(digester.finish().bytes == hex(abc))
  }

  @Test func hasThirtyTwoBytes() {
    #expect(ContentDigest(bytes: [UInt8](repeating: 1, count: 31)) == nil)
    #expect(ContentDigest(bytes: [UInt8](repeating: 1, count: 33)) == nil)
    #expect(ContentDigest(bytes: hex(abc))?.description == abc)
    #expect(ContentDigest.zero.bytes == [UInt8](repeating: 0, count: 32))
  }
}
