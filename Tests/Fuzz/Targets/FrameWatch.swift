import NIOCore
import TesseraProtocol

/// Reads what one side says as its peer would, and holds it to the rules.
struct FrameWatch {
  private var decoder = FrameDecoder()
  private let types: [MessageType]
  private var lastOpened = RequestID(rawValue: .max - 1)
  private var version = ProtocolVersion.unnegotiated
  private var ended: Set<RequestID> = []

  /// - Parameter types: what this side may say.
  init(types: [MessageType]) {
    self.types = types
    if types.contains(.open) { lastOpened = .connection }
  }

  /// Takes the bytes of whole frames.
  mutating func see(_ bytes: [UInt8]) throws(BrokenPromise) {
    decoder.append(ByteBuffer(bytes: bytes))
    do throws(WireError) {
      while let header = try decoder.readHeader(
        FrameRules(types: types, version: version, codecs: [.identity, .zstd], lastOpened: lastOpened))
      {
        guard case .whole? = decoder.readPayload() else { throw WireError(.protocol, "a damaged payload") }
        if header.type == .helloAck || header.type == .hello { version = .one }
        if header.type == .open { lastOpened = header.requestID }
        if header.type.direction == .serverToClient { try seeEnd(of: header) }
      }
    } catch {
      throw BrokenPromise("a frame that no peer would take: \(error)")
    }
    try promise(!decoder.isInsideFrame, "half a frame was said")
  }

  /// A request ends once, and nothing of it comes behind.
  private mutating func seeEnd(of header: FrameHeader) throws(WireError) {
    let id = header.requestID
    guard id != .connection else { return }
    guard !ended.contains(id) else { throw WireError(.protocol, "\(header.type) behind the end of id \(id)") }
    if header.type == .error || header.flags.contains(.end) { ended.insert(id) }
  }
}
