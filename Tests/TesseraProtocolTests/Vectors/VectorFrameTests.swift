import NIOCore
import Testing

@testable import TesseraProtocol

/// The golden frames of `Protocol/vectors/valid`: read to exactly what they say, and written to exactly their bytes.
@Suite struct VectorFrameTests {
  private func meaning(_ bytes: [UInt8], of vector: FrameVector) throws(WireError) -> FrameMeaning {
    try FrameMeaning(bytes, namesClasses: vector.message["named"] == .bool(true))
  }

  @Test func everyFrameIsReadAndWrittenToTheLetter() throws {
    let vectors = try VectorFile.validFrames()
    #expect(vectors.count >= 146)
    for vector in vectors {
      let bytes = hex(vector.hex)
      do {
        let meaning = try meaning(bytes, of: vector)
        #expect(meaning.header == vector.header, "\(vector.name)")
        #expect(meaning.message == vector.message, "\(vector.name)")
        #expect(meaning.bytes == bytes, "\(vector.name)")
        #expect((vector.header["type"] ?? 0) >> 7 == (vector.from == "server" ? 1 : 0), "\(vector.name)")
      } catch {
        Issue.record("\(vector.name): \(error)")
      }
    }
  }

  @Test func everyTypeHasVectors() throws {
    let types = Set(try VectorFile.validFrames().compactMap { $0.header["type"] })
    #expect(types == Set(MessageType.assigned.map { UInt64($0.rawValue) }))
  }

  @Test func namesAreUnique() throws {
    let names =
      try VectorFile.validFrames().map(\.name) + VectorFile.validExchanges().map(\.name)
      + VectorFile.invalidExchanges().map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// Shows that the vectors can fail: no byte of a frame may change unnoticed.
  @Test func aChangedByteIsNoticed() throws {
    for vector in try VectorFile.validFrames() {
      let bytes = hex(vector.hex)
      for place in places(in: bytes) {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        #expect(throws: WireError.self, "\(vector.name), byte \(place)") { try meaning(changed, of: vector) }
      }
    }
  }

  /// Shows that each byte of a payload means something, even where both checksums are made to fit it.
  @Test func aChangedByteBehindNewChecksumsIsAnotherMeaning() throws {
    for vector in try VectorFile.validFrames() where vector.header["codec"] == 0 {
      let bytes = hex(vector.hex)
      for place in places(in: bytes) where place >= FrameHeader.byteCount {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        let message = try? meaning(resealed(changed), of: vector).message
        #expect(message != vector.message, "\(vector.name), byte \(place)")
      }
    }
  }

  /// Every byte of a short frame; of a long one the first and the last.
  private func places(in bytes: [UInt8]) -> [Int] {
    bytes.count <= 300 ? Array(bytes.indices) : Array(0..<200) + Array(bytes.count - 10..<bytes.count)
  }

  private func resealed(_ frame: [UInt8]) -> [UInt8] {
    var rest = ByteBuffer(bytes: frame)
    guard var header = try? FrameHeader(reading: &rest) else { return frame }
    header.payloadCRC = CRC32C.checksum(rest)
    var bytes = ByteBuffer()
    header.encode(into: &bytes)
    return bytes.array + rest.array
  }
}
