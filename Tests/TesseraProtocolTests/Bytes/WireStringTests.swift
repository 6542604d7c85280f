import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct WireStringTests {
  @Test func cutsAtACharacter() {
    var buffer = ByteBuffer()
    buffer.writeWire(String(repeating: "a", count: 254) + "é")
    #expect(buffer.readableBytes == 255)
    #expect(buffer.array.first == 254)
  }

  @Test func refusesWhatIsNotUTF8() {
    var reader = WireReader(ByteBuffer(bytes: [2, 0xff, 0xfe]), of: .info)
    #expect(throws: WireError.self) { try reader.string("text") }
  }
}
