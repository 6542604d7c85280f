import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct FrameHeaderTests {
  private let header = FrameHeader(
    wireLength: 0x0102_0304, plainLength: 0x0506_0708, requestID: RequestID(rawValue: 0x1112_1314_1516_1718),
    type: .data, flags: .end, codec: .zstd, version: .one, sequence: SequenceNumber(rawValue: 0x2122_2324),
    payloadCRC: 0x3132_3334)

  private var bytes: [UInt8] {
    var buffer = ByteBuffer()
    header.encode(into: &buffer)
    return buffer.array
  }

  @Test func isLittleEndianInOrder() {
    #expect(
      Array(bytes.prefix(28))
        == hex("04030201 08070605 1817161514131211 11 01 01 01 24232221 34333231"))
    #expect(bytes.count == FrameHeader.byteCount)
  }

  @Test func comesBack() throws {
    var buffer = ByteBuffer(bytes: bytes)
    let read = try FrameHeader(reading: &buffer)
    #expect(read == header)
    #expect(buffer.readableBytes == 0)
  }

  @Test func waitsForEveryByte() throws {
    for count in 0..<FrameHeader.byteCount {
      var buffer = ByteBuffer(bytes: bytes.prefix(count))
      let read = try FrameHeader(reading: &buffer)
      #expect(read == nil)
      #expect(buffer.readableBytes == count)
    }
  }

  @Test func noticesEveryFlippedBit() {
    for bit in 0..<FrameHeader.byteCount * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      var buffer = ByteBuffer(bytes: damaged)
      #expect(throws: WireError.self) { try FrameHeader(reading: &buffer) }
    }
  }
}
