import NIOCore
import TestSupport

@testable import TesseraProtocol

/// A client of hand-made frames, for what ``ClientConnection`` would never send.
struct RawPeer {
  var sealer = FrameSealer()
  var bytes = ByteBuffer()

  /// Starts with preface and HELLO.
  init(codecs: [Codec] = [.zstd]) {
    bytes.writeBytes(Preface.bytes)
    send(
      Hello(largestChunk: 1 << 20, versions: [.one], codecs: codecs, agent: ""), version: .unnegotiated)
  }

  mutating func send(
    _ message: some WireMessage, id: RequestID = .connection, version: ProtocolVersion = .one
  ) {
    var frame = sealer.seal(type(of: message).type, id: id, version: version, payload: message.encoded())
    bytes.writeBuffer(&frame)
  }

  mutating func send(_ plain: [UInt8], id: UInt64, isLast: Bool) {
    send(
      Chunk(codec: .identity, plainLength: UInt32(plain.count), wire: ByteBuffer(bytes: plain)), id: id, isLast: isLast)
  }

  mutating func send(_ chunk: Chunk, id: UInt64, isLast: Bool) {
    var frame = sealer.seal(chunk, type: .data, id: RequestID(rawValue: id), version: .one, isLast: isLast)
    bytes.writeBuffer(&frame)
  }

  /// Sends a header that says what it likes, with its checksum right.
  mutating func send(_ header: FrameHeader, payload: [UInt8] = []) {
    header.encode(into: &bytes)
    bytes.writeBytes(payload)
  }

  /// Opens a request for a 2×1 picture.
  mutating func open(_ id: UInt64, _ change: (inout Open) -> Void = { _ in }) {
    var open = Open(
      input: .rgb8, outputs: .labels, width: 2, height: 1, total: 6, digest: ContentDigest(of: Self.pixels))
    change(&open)
    send(open, id: RequestID(rawValue: id))
  }

  static let pixels: [UInt8] = [1, 2, 3, 4, 5, 6]
}

/// A server under test: what it said and did in answer to bytes.
struct Served: ~Copyable {
  var pair = Pair()
  private var decoder = FrameDecoder()
  /// Every frame the server sent.
  var frames: [(FrameHeader, [UInt8])] = []

  init(_ configure: (inout ServerConfiguration) -> Void = { _ in }, service: FakeService = FakeService()) {
    pair = Pair(service: service, server: configure)
  }

  init(state: ServerState) { pair = Pair(state: state) }

  mutating func receive(_ bytes: ByteBuffer, after delay: Duration = .zero) {
    pair.now += delay
    pair.server.receive(bytes, now: pair.now)
    settle()
  }

  /// Ends the client's direction.
  mutating func receiveEnd() {
    pair.server.receiveEnd(now: pair.now)
    settle()
  }

  mutating func settle() {
    var moved = true
    while moved {
      moved = pair.performServerActions()
      while let frame = pair.server.nextFrame() {
        moved = true
        var frame = frame
        guard let header = try? FrameHeader(reading: &frame) else { preconditionFailure("a frame of ours is broken") }
        frames.append((header, frame.array))
        pair.server.written(now: pair.now)
      }
    }
  }

  /// The codes of all ERRORs, in order, with their ids.
  var errors: [Fault] {
    frames.compactMap { header, payload in
      guard header.type == .error, let error = try? ErrorMessage.decode(ByteBuffer(bytes: payload)).error else {
        return nil
      }
      return Fault(id: header.requestID.rawValue, code: error.code)
    }
  }

  var types: [MessageType] { frames.map(\.0.type) }
}

/// An ERROR's id and code.
struct Fault: Hashable {
  let id: UInt64
  let code: ErrorCode
}
