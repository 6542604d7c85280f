internal import NIOCore
internal import TesseraCredentials
internal import TesseraProtocol

/// A frame as it came, whether it is right or not.
struct ReceivedFrame: Sendable {
  let header: FrameHeader
  /// Whether `header_crc` is right.
  let isHeaderIntact: Bool
  let payload: [UInt8]

  var buffer: ByteBuffer { ByteBuffer(bytes: payload) }
}

/// A request's RESULT and DATA.
struct Answer: Sendable {
  let result: ResultMessage?
  /// Why RESULT cannot be read.
  let fault: String
  let plain: [UInt8]
}

/// Everything that one server said on one connection.
struct Transcript: ~Copyable {
  /// How a request has ended, or that it has not.
  enum Outcome: Sendable {
    case open
    case failed(SegmentationError)
    case answered(Answer)
  }

  private(set) var frames: [ReceivedFrame] = []
  /// Whether the server has ended its direction.
  private(set) var hasEnded = false
  /// Why the stream can no longer be cut into frames.
  private(set) var garbled: String?
  /// Why TLS did not come about, or broke.
  private(set) var fault: TLSFault?
  /// What the server took of ALPN; nil without TLS.
  private(set) var applicationProtocol: String?
  private var buffer = ByteBuffer()
  private var decoder = ZstdDecoder()

  /// No frame of the protocol is longer, so what says it is, is none.
  private static let longestPayload = 1 << 20
  /// Codes that say nothing of the rules.
  static let busyCodes: [ErrorCode] = [.overloaded, .memoryBudget, .notReady, .draining]

  init() {}

  mutating func receive(_ bytes: ByteBuffer) {
    buffer.writeImmutableBuffer(bytes)
    while garbled == nil, let frame = nextFrame() { frames.append(frame) }
    buffer.discardReadBytes()
  }

  mutating func receiveEnd() { hasEnded = true }

  mutating func secure(_ name: String?) { applicationProtocol = name }

  /// Frames mark their own ends, so that one of the stream alone is no fault.
  mutating func fail(_ fault: TLSFault) { if fault != .truncated { self.fault = fault } }

  private mutating func nextFrame() -> ReceivedFrame? {
    guard var fields = buffer.getSlice(at: buffer.readerIndex, length: FrameHeader.byteCount),
      let told = fields.getInteger(at: 28, endianness: .little, as: UInt32.self),
      let covered = fields.getSlice(at: 0, length: 28)
    else { return nil }
    let right = CRC32C.checksum(covered)
    fields.setInteger(right, at: 28, endianness: .little)
    guard let header = try? FrameHeader(reading: &fields) else { return nil }
    guard header.wireLength <= Self.longestPayload else {
      garbled = "a frame that says to hold \(header.wireLength) bytes"
      return nil
    }
    let length = FrameHeader.byteCount + Int(header.wireLength)
    guard var frame = buffer.readSlice(length: length) else { return nil }
    frame.moveReaderIndex(forwardBy: FrameHeader.byteCount)
    return ReceivedFrame(
      header: header, isHeaderIntact: told == right, payload: Array(frame.readableBytesView))
  }

  /// The first ERROR that ended the connection.
  var connectionError: (ReceivedFrame, SegmentationError)? {
    for frame in frames where frame.header.type == .error {
      guard let error = try? ErrorMessage.decode(frame.buffer).error, error.scope == .connection
      else { continue }
      return (frame, error)
    }
    return nil
  }

  /// A refusal for want of room.
  var busy: ErrorCode? {
    for frame in frames where frame.header.type == .error {
      guard let error = try? ErrorMessage.decode(frame.buffer).error, error.scope == .request else {
        continue
      }
      if Self.busyCodes.contains(error.code) { return error.code }
    }
    return nil
  }

  /// How things stand for an expectation of which nothing has come.
  var endJudgement: Expectation.Judgement {
    if let garbled { return .broken(garbled) }
    if let (_, error) = connectionError { return .broken("ERROR \(error.code) of scope 1") }
    return hasEnded ? .broken("the end of the connection") : .open
  }

  func outcome(of id: UInt64) -> Outcome {
    var plain: [UInt8] = []
    var result: ResultMessage?
    var fault = "no RESULT"
    for frame in frames where frame.header.requestID.rawValue == id {
      switch frame.header.type {
      case .error:
        if let error = try? ErrorMessage.decode(frame.buffer).error, error.scope == .request {
          return .failed(error)
        }
      case .result:
        do throws(WireError) {
          result = try ResultMessage.decode(frame.buffer)
        } catch {
          fault = error.reason
        }
      case .resultData:
        plain += decompress(frame)
        if frame.header.flags.contains(.end) {
          return .answered(Answer(result: result, fault: fault, plain: plain))
        }
      default: break
      }
    }
    return .open
  }

  /// The plain bytes of DATA; none where they cannot be read, which the audit tells.
  private func decompress(_ frame: ReceivedFrame) -> [UInt8] {
    guard frame.header.codec == .zstd else { return frame.payload }
    guard frame.header.plainLength <= MessageType.largestChunk else { return [] }
    return
      (try? decoder?.decompress(
        frame.buffer, plainLength: frame.header.plainLength, windowLimit: MessageType.largestChunk))
      ?? []
  }

  /// What came, in words.
  var summary: String {
    if let garbled { return garbled }
    let types = frames.suffix(4).map(\.header.type.description)
    let said = types.isEmpty ? "nothing" : types.joined(separator: ", ")
    return frames.count > 4 ? "… \(said)" : said
  }
}
