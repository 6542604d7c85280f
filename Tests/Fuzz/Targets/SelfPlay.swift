import NIOCore
import TesseraProtocol

/// Conversations between our own client and server, as streams to begin from.
enum SelfPlay {
  /// The client's options of each conversation.
  static let options: [UInt8] = [0, 1, 2, 3, 4 | 3, 8 | 1, 16 | 1, 32 | 2, 4 | 16 | 3]

  /// What the client says in each.
  @Sendable static func toServer() throws -> [[UInt8]] { try toServer(prefacing: false) }

  static func toServer(prefacing: Bool) throws -> [[UInt8]] {
    try options.map { try play($0).toServer }.map { prefacing ? $0 : Array($0.dropFirst(Preface.bytes.count)) }
  }

  /// What the server says in each.
  @Sendable static func toClient() throws -> [[UInt8]] { try options.map { try play($0).toClient } }

  /// Streams are found by letting each side answer the other's whole stream until neither says more.
  private static func play(_ rawOptions: UInt8) throws -> (toServer: [UInt8], toClient: [UInt8]) {
    let options = ClientOptions(rawValue: rawOptions)
    let serverOptions: ServerOptions = options.contains(.hasToken) ? .asksForToken : []
    var (toServer, toClient): ([UInt8], [UInt8]) = ([], [])
    for _ in 0..<8 {
      toServer = try ClientRun.transcript(of: toClient[...], options: options, pattern: 0).said
      let said = try ServerRun.transcript(of: toServer[...], options: serverOptions, pattern: 0).said
      if said == toClient { return (toServer, toClient) }
      toClient = said
    }
    return (toServer, toClient)
  }

  /// Gives every OPEN the digest and the number of its DATA's bytes.
  @Sendable static func repairRequests(_ stream: inout FrameStream) {
    for index in stream.frames.indices where stream.frames[index].type == MessageType.open.rawValue {
      guard stream.frames[index].payload.count >= 64 else { continue }
      let data = stream.data(type: MessageType.data.rawValue, id: stream.frames[index].id)
      guard !data.isEmpty else { continue }
      stream.frames[index].payload.set(UInt64(data.count), at: 16)
      stream.frames[index].payload.replaceSubrange(32..<64, with: ContentDigest(of: data).bytes)
    }
  }

  /// Gives HELLO_ACK the checksum of the HELLO it answers, and every RESULT the digests of its request and its DATA.
  @Sendable static func repairAnswers(_ stream: inout FrameStream) {
    let options = ClientOptions(rawValue: stream.prefix.first ?? 0)
    let hello = helloChecksum(options)
    let inputs = options.requests.map { ContentDigest(of: $0.image.bytes) }
    for index in stream.frames.indices {
      let frame = stream.frames[index]
      switch MessageType(rawValue: frame.type) {
      case .helloAck where frame.payload.count >= 8: stream.frames[index].payload.set(hello, at: 4)
      case .result where frame.payload.count >= 168:
        let id = Int(littleEndian: frame.header[8..<12])
        if inputs.indices.contains(id - 1) {
          stream.frames[index].payload.replaceSubrange(64..<96, with: inputs[id - 1].bytes)
        }
        let data = stream.data(type: MessageType.resultData.rawValue, id: frame.id)
        guard !data.isEmpty else { continue }
        stream.frames[index].payload.replaceSubrange(128..<160, with: ContentDigest(of: data).bytes)
        stream.frames[index].payload.set(UInt64(data.count), at: 160)
      default: continue
      }
    }
  }

  /// What a client says before it hears anything is its HELLO.
  private static func helloChecksum(_ options: ClientOptions) -> UInt32 {
    let said = try? ClientRun.transcript(of: [], options: options, pattern: 0).said
    let hello = FrameStream(said ?? [], prefix: Preface.bytes.count).frames.first
    return CRC32C.checksum(hello?.payload ?? [])
  }
}
