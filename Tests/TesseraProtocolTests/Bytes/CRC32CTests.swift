import NIOCore
import TestSupport
import Testing

@testable import TesseraProtocol

@Suite struct CRC32CTests {
  /// One bit at a time, straight from the polynomial.
  private func bitwise(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
    }
    return ~crc
  }

  @Test func hasTheCheckValue() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum(ByteBuffer(string: "123456789")) == 0xe306_9283)
    #expect(CRC32C.portableChecksum(Array("123456789".utf8)) == 0xe306_9283)
  }

  @Test func isZeroForNothing() {
    #expect(CRC32C.checksum([UInt8]()) == 0)
    #expect(CRC32C.checksum(ByteBuffer()) == 0)
  }

  @Test func agreesWithTheDefinitionForEveryLengthAndAlignment() {
    var generator = SplitMix64(seed: 3)
    let bytes = generator.bytes(80)
    for start in 0..<9 {
      for end in start...bytes.count {
        let part = Array(bytes[start..<end])
        let expected = bitwise(part)
        #expect(CRC32C.checksum(part) == expected)
        #expect(CRC32C.portableChecksum(part) == expected)
        #expect(CRC32C.checksum(ByteBuffer(bytes: bytes).getSlice(at: start, length: end - start)!) == expected)
      }
    }
  }
}
