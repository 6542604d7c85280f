import NIOCore
import TesseraProtocol

extension FuzzTarget {
  /// The frame decoder with the rules of a server behind the handshake.
  ///
  /// The first byte says how the rest is cut into pieces.
  static let serverFrames = frames(
    "server-frames", types: [.hello, .auth, .open, .data, .cancel, .ping, .info], example: SelfPlay.toServer)

  /// The frame decoder with the rules of a client.
  static let clientFrames = frames(
    "client-frames", types: [.helloAck, .authOK, .result, .resultData, .error, .pong, .infoAnswer, .goAway],
    example: SelfPlay.toClient)

  private static func frames(
    _ name: String, types: [MessageType], example: @escaping @Sendable () throws -> [[UInt8]]
  ) -> FuzzTarget {
    FuzzTarget(
      name: name, longest: 1024,
      examples: { try example().map { stream in [3] + stream } },
      check: { (input) throws(BrokenPromise) in
        guard let pattern = input.first else { return }
        let stream = input.dropFirst()
        let whole = try DecodedFrames(stream, pattern: 0, types: types)
        let cut = try DecodedFrames(stream, pattern: pattern, types: types)
        try promise(whole == cut, "frames depend on where the stream is cut")
        try promise(
          whole.hasSkipped || stream.starts(with: whole.written), "a frame that was read is written with other bytes")
        try promise(
          whole.isInsideFrame == (whole.consumed < stream.count) || whole.fault != nil,
          "the decoder does not know whether a frame is half read")
        let listing = FrameListing(Array(stream))
        try promise(listing.frameCount <= stream.count / 32, "more frames than bytes are listed")
      }, repair: .frames(prefix: 1, digests: { _ in }))
  }
}

/// What a frame decoder makes of a stream.
private struct DecodedFrames: Hashable {
  /// The frames that were read, written again.
  var written: [UInt8] = []
  /// Bytes of the frames that were read or skipped.
  var consumed = 0
  var hasSkipped = false
  var fault: UInt16?
  var isInsideFrame = false
  private var lastOpened: RequestID

  init(_ stream: ArraySlice<UInt8>, pattern: UInt8, types: [MessageType]) throws(BrokenPromise) {
    var decoder = FrameDecoder()
    lastOpened = types.contains(.open) ? .connection : RequestID(rawValue: 3)
    for piece in Segments(stream, pattern: pattern).pieces {
      decoder.append(ByteBuffer(bytes: piece))
      guard try read(&decoder, types: types, bound: stream.count) else { return }
    }
    isInsideFrame = decoder.isInsideFrame
  }

  /// Reads all that is there; false where the stream is at its end for good.
  private mutating func read(
    _ decoder: inout FrameDecoder, types: [MessageType], bound: Int
  ) throws(BrokenPromise) -> Bool {
    // A frame takes 32 bytes at least, so more turns than that say that one made no progress.
    for _ in 0...bound / 32 + 1 {
      do throws(WireError) {
        if decoder.header == nil {
          let rules = FrameRules(
            types: types, version: .one, codecs: [.identity, .zstd], lastOpened: lastOpened)
          guard let header = try decoder.readHeader(rules) else { return true }
          if header.type == .open { lastOpened = header.requestID }
          // As both sides do with DATA of ids that are gone.
          if header.type.isData, header.requestID.rawValue == 2 { decoder.skipPayload() }
        }
      } catch {
        fault = error.code.rawValue
        return false
      }
      guard let header = decoder.header, let payload = decoder.readPayload() else { return true }
      var frame = ByteBuffer()
      header.encode(into: &frame)
      switch payload {
      case .whole(var payload): frame.writeBuffer(&payload)
      case .damaged:
        fault = ErrorCode.payloadCRC.rawValue
        return false
      case .skipped: hasSkipped = true
      }
      consumed += FrameHeader.byteCount + Int(header.wireLength)
      written += frame.readableBytesView
    }
    throw BrokenPromise("the decoder takes steps without taking bytes")
  }
}
