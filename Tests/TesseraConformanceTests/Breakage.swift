import NIOCore
import TesseraProtocol
import Testing

/// A frame that can be changed between the wire and a state machine.
struct MutableFrame {
  var header: FrameHeader
  /// Whether `header_crc` is right; the payload's is a field of the header.
  var isHeaderIntact = true
  var payload: [UInt8]

  /// Makes lengths and checksum those of the payload.
  mutating func reseal() {
    header.wireLength = UInt32(payload.count)
    header.plainLength = UInt32(payload.count)
    header.payloadCRC = CRC32C.checksum(payload)
  }

  /// The bytes on the wire.
  var bytes: [UInt8] {
    var buffer = ByteBuffer()
    header.encode(into: &buffer)
    var bytes = Array(buffer.readableBytesView)
    if !isHeaderIntact { bytes[28] ^= 1 }
    return bytes + payload
  }
}

/// One rule that a server breaks, and the checks that must find it.
struct Breakage: Sendable, CustomTestStringConvertible {
  let name: String
  /// The checks that fail; all others pass or are skipped.
  let failing: Set<String>
  /// What differs in its configuration from what HELLO_ACK tells.
  var configure: @Sendable (inout ServerConfiguration) -> Void = { _ in }
  /// Changes a client's frame before the server sees it, so that a fault goes unnoticed.
  var incoming: (@Sendable (inout MutableFrame) -> Void)?
  /// Changes a server's frame on its way out; what is returned is sent.
  var outgoing: @Sendable (MutableFrame) -> [MutableFrame] = { [$0] }
  /// Whether the answers to INFO know every name.
  var knowsEveryName = false
  var ignoresDeadlines = false

  var testDescription: String { name }
}

extension Breakage {
  /// Changes the payload of the server's frames of one type.
  private static func rewriting(
    _ type: MessageType, _ change: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> @Sendable (MutableFrame) -> [MutableFrame] {
    { frame in
      guard frame.header.type == type else { return [frame] }
      var frame = frame
      change(&frame.payload)
      frame.reseal()
      return [frame]
    }
  }

  private static func write(_ value: UInt64, _ count: Int, at offset: Int, _ payload: inout [UInt8]) {
    for byte in 0..<count {
      payload[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
    }
  }

  static let all: [Breakage] = receivers + bounds + senders

  /// Servers that do not notice something.
  private static let receivers: [Breakage] = [
    Breakage(
      name: "header checksums unread",
      failing: [
        "header-crc-one-bit-off", "header-crc-zero", "header-crc-big-endian",
        "header-crc-without-final-xor",
        "header-crc-before-version",
      ], incoming: { $0.isHeaderIntact = true }),
    Breakage(
      name: "payload checksums unread",
      failing: [
        "payload-crc-ping", "payload-crc-zero", "payload-crc-hello", "payload-crc-open",
        "payload-crc-open-counts",
        "payload-crc-data", "payload-crc-cancel",
      ], incoming: { $0.header.payloadCRC = CRC32C.checksum($0.payload) }),
    Breakage(
      name: "flags of everything but DATA unread",
      failing: ["flags-end-on-ping", "flags-bit-1", "flags-bit-7", "flags-before-limit"],
      incoming: { if $0.header.type != .data { $0.header.flags = [] } }),
    Breakage(
      name: "byte 15 of OPEN unread", failing: ["open-reserved-byte-15"],
      incoming: { frame in
        guard frame.header.type == .open, frame.payload.count > 15, frame.payload[15] == 1 else {
          return
        }
        frame.payload[15] = 0
        frame.reseal()
      }),
    Breakage(
      name: "zstd checksums not demanded", failing: ["zstd-without-checksum"],
      incoming: { frame in
        guard frame.header.codec == .zstd, frame.payload.count > 4, frame.payload[4] == 0x60 else {
          return
        }
        frame.payload[4] = 0x64
        frame.payload += [0xdb, 0xc7, 0x1d, 0x0c]
        frame.header.wireLength = UInt32(frame.payload.count)
        frame.header.payloadCRC = CRC32C.checksum(frame.payload)
      }),
    Breakage(
      name: "critical TLVs ignored",
      failing: ["hello-tlv-critical-unknown", "open-tlv-critical-unknown"],
      incoming: { frame in
        guard frame.payload.suffix(4) == [3, 0, 0, 0] else { return }
        frame.payload[frame.payload.count - 4] = 4
        frame.reseal()
      }),
  ]

  /// Servers that keep other bounds than they tell.
  private static let bounds: [Breakage] = [
    Breakage(
      name: "pings without limit", failing: ["ping-storm"],
      configure: { $0.limits.pingInterval = .zero },
      outgoing: rewriting(.helloAck) { write(5000, 4, at: 76, &$0) }),
    Breakage(
      name: "requests without limit", failing: ["max-inflight"],
      configure: { $0.limits.maxInflight = 1000 },
      outgoing: rewriting(.helloAck) { write(16, 4, at: 24, &$0) }),
    Breakage(
      name: "credit without limit", failing: ["credit", "skipped-data-over-credit"],
      configure: { $0.limits.credit = 1 << 40 },
      outgoing: rewriting(.helloAck) { write(64 << 20, 8, at: 56, &$0) }),
    Breakage(
      name: "errors and cancels uncounted", failing: ["error-storm", "cancel-storm"],
      configure: { $0.glitchLimit = 100_000 }),
    Breakage(name: "deadlines ignored", failing: ["budget-of-1-ms"], ignoresDeadlines: true),
    Breakage(
      name: "every name known to INFO", failing: ["info-unknown", "info-order"],
      knowsEveryName: true),
    Breakage(
      name: "a model's pixels without limit", failing: ["open-over-the-models-pixels"],
      outgoing: rewriting(.infoAnswer) { if $0.count >= 78 { write(1 << 20, 8, at: 70, &$0) } }),
    Breakage(
      name: "an image's side without limit", failing: ["open-side-over-max"],
      configure: { $0.limits.maxSide = 1 << 20 },
      outgoing: rewriting(.helloAck) { write(8192, 4, at: 28, &$0) }),
  ]

  /// Servers that say something wrong.
  private static let senders: [Breakage] = [
    Breakage(
      name: "another HELLO's checksum", failing: ["ack-hello-crc"],
      outgoing: rewriting(.helloAck) { $0[4] ^= 1 }),
    Breakage(
      name: "PONG of seven bits", failing: ["pong-echoes"],
      outgoing: rewriting(.pong) { $0 = $0.map { $0 & 0x7f } }),
    Breakage(
      name: "a number left out", failing: ["server-seq"],
      outgoing: { frame in
        var frame = frame
        if frame.header.type == .pong {
          frame.header.sequence = SequenceNumber(rawValue: frame.header.sequence.rawValue + 1)
        }
        return [frame]
      }),
    Breakage(
      name: "wrong payload checksums", failing: ["server-payload-crc"],
      outgoing: { frame in
        var frame = frame
        if frame.header.type == .pong { frame.header.payloadCRC ^= 1 }
        return [frame]
      }),
    Breakage(
      name: "wrong header checksums", failing: ["server-header-crc"],
      outgoing: { frame in
        var frame = frame
        frame.isHeaderIntact = frame.header.type != .infoAnswer
        return [frame]
      }),
    Breakage(
      name: "PROTOCOL to be tried again", failing: ["server-error-retry"],
      outgoing: rewriting(.error) { if $0[0] == 2 { $0[3] = 1 } }),
    Breakage(
      name: "LIMIT told as CREDIT",
      failing: [
        "limit-before-seq", "limit-ping", "limit-info", "limit-largest", "limit-cancel",
        "limit-open", "limit-data",
        "limit-hello",
      ], outgoing: rewriting(.error) { if $0[0] == 6 { $0[0] = 7 } }),
    Breakage(
      name: "another output's digest", failing: ["result-output-digest"],
      outgoing: rewriting(.result) { $0[128] ^= 1 }),
    Breakage(
      name: "another input's digest", failing: ["result-input-digest", "interleaved"],
      outgoing: rewriting(.result) { $0[64] ^= 1 }),
    Breakage(
      name: "another model's weights", failing: ["result-weights-digest"],
      outgoing: rewriting(.result) { $0[32] ^= 1 }),
    Breakage(
      name: "a total of one more", failing: ["result-total", "result-section-lengths"],
      outgoing: rewriting(.result) { $0[160] += 1 }),
    Breakage(
      name: "a codec nobody knows", failing: ["server-codec"],
      outgoing: { frame in
        var frame = frame
        if frame.header.type == .infoAnswer { frame.header.codec = Codec(rawValue: 2) }
        return [frame]
      }),
    Breakage(
      name: "the last DATA twice", failing: ["server-terminal-frame"],
      outgoing: { frame in
        let isLast = frame.header.type == .resultData && frame.header.flags.contains(.end)
        guard isLast else { return [frame] }
        return [frame, frame]
      }),
  ]
}
