import Foundation
import Testing

@testable import TesseraProtocol

/// The Wireshark dissector of `Protocol/tessera.lua` shows what the vectors mean.
@Suite(.enabled(if: TShark.isInstalled, "tshark is not installed: apt-get install tshark"))
struct DissectorTests {
  @Test func everyFieldOfEveryFrame() throws {
    let vectors = try VectorFile.validFrames()
    var capture = PacketCapture()
    for vector in vectors {
      capture.add([(vector.from == "client" ? .client : .server, hex(vector.hex))])
    }
    let frames = try TShark.dissect(capture)
    try #require(frames.count == vectors.count)
    for (vector, shown) in zip(vectors, frames) {
      let expected = DissectedFields(vector)
      #expect(expected.differences(from: shown.frame) == [], "\(vector.name)")
      #expect(shown.frame["header_crc.right"] == ["1"], "\(vector.name)")
      #expect(shown.frame["payload_crc.right"] == ["1"], "\(vector.name)")
      #expect(!shown.frame.keys.contains { $0.hasPrefix("_ws") }, "\(vector.name)")
    }
  }

  /// Frames cut across segments, and several in one, are the same frames.
  @Test(arguments: [33, 47, 1000, 60_000])
  func segmentsDoNotMatter(_ length: Int) throws {
    let vectors = try VectorFile.validExchanges().prefix(40)
    var capture = PacketCapture()
    for vector in vectors { capture.add(segments(of: vector, length: length)) }
    let frames = try TShark.dissect(capture)
    for (number, vector) in vectors.enumerated() {
      for side in [PacketCapture.Side.client, .server] {
        let shown = frames.filter { $0.port == UInt16(20_001 + number) && $0.side == side }.map(
          \.frame)
        let said = vector.frames.filter {
          $0.from == (side == .client ? "client" : "server") && $0.is != "END"
        }
        #expect(shown.count == said.count, "\(vector.name)")
        for (shown, said) in zip(shown, said) where said.is != "PREFACE" {
          let header = hex(said.hex).prefix(FrameHeader.byteCount)
          let sequence = header[20..<24].reversed().reduce(0) { $0 << 8 | UInt32($1) }
          #expect(shown["type"] == ["0x" + digits([header[16]])], "\(vector.name)")
          #expect(shown["seq"] == ["\(sequence)"], "\(vector.name)")
          #expect(
            shown["header_crc.right"] == ["1"] && shown["payload_crc.right"] == ["1"],
            "\(vector.name)")
        }
      }
    }
  }

  @Test func damageIsTold() throws {
    let vectors = try VectorFile.invalidExchanges()
    var capture = PacketCapture()
    for vector in vectors { capture.add(segments(of: vector, length: 60_000)) }
    let frames = try TShark.dissect(capture)
    for (number, vector) in vectors.enumerated() where vector.plays.contains("server") {
      let shown = frames.filter { $0.port == UInt16(20_001 + number) }.map { $0.frame }
      let isDamaged = shown.contains { $0["header_crc.right"] == ["0"] }
      #expect(isDamaged == vector.name.hasPrefix("header-crc"), "\(vector.name)")
      #expect(
        !shown.contains { $0.values.joined().contains { $0.contains("Lua Error") } },
        "\(vector.name)")
    }
  }

  /// The bytes of each run of frames from one side, cut to segments.
  private func segments(of vector: ExchangeVector, length: Int) -> [(PacketCapture.Side, [UInt8])] {
    var runs: [(PacketCapture.Side, [UInt8])] = []
    for frame in vector.frames {
      let side: PacketCapture.Side = frame.from == "client" ? .client : .server
      if runs.last?.0 == side {
        runs[runs.count - 1].1 += hex(frame.hex)
      } else {
        runs.append((side, hex(frame.hex)))
      }
    }
    return runs.flatMap { side, bytes in
      stride(from: 0, to: bytes.count, by: length).map {
        (side, Array(bytes[$0..<min($0 + length, bytes.count)]))
      }
    }
  }
}
