/// What a frame's payload means.
///
/// Bit 7 tells the direction, so that a reflected frame is illegal.
package struct MessageType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let hello = Self(rawValue: 0x01)
  package static let helloAck = Self(rawValue: 0x81)
  package static let auth = Self(rawValue: 0x02)
  package static let authOK = Self(rawValue: 0x82)
  package static let open = Self(rawValue: 0x10)
  package static let result = Self(rawValue: 0x90)
  package static let data = Self(rawValue: 0x11)
  package static let resultData = Self(rawValue: 0x91)
  package static let cancel = Self(rawValue: 0x12)
  package static let error = Self(rawValue: 0x92)
  package static let ping = Self(rawValue: 0x20)
  package static let pong = Self(rawValue: 0xa0)
  package static let info = Self(rawValue: 0x21)
  package static let infoAnswer = Self(rawValue: 0xa1)
  package static let goAway = Self(rawValue: 0xa3)

  /// Every type of version 1, in the order of their numbers.
  package static let assigned: [Self] = [
    .hello, .auth, .open, .data, .cancel, .ping, .info,
    .helloAck, .authOK, .result, .resultData, .error, .pong, .infoAnswer, .goAway,
  ]

  package var direction: Direction { rawValue & 0x80 == 0 ? .clientToServer : .serverToClient }

  /// Whether the type carries a message's bytes: it alone is chunked, compressed and flagged.
  package var isData: Bool { self == .data || self == .resultData }

  /// Most plain bytes in one frame, in bytes; DATA's limit is negotiated below this one.
  package var payloadLimit: UInt32 {
    switch self {
    case .hello, .helloAck: 1024
    case .auth, .open: 4096
    case .authOK: 4
    case .data, .resultData: Self.largestChunk
    case .cancel: 0
    case .ping, .pong: 8
    case .info: 256
    case .infoAnswer: 1 << 20
    case .result: 512
    case .error: 268
    case .goAway: 16
    default: 0
    }
  }

  /// Most plain bytes of DATA in one frame in any negotiation.
  package static let largestChunk: UInt32 = 1 << 20
  /// Least DATA that a client must accept in one frame.
  package static let leastChunk: UInt32 = 65_536

  /// Which ids a frame of the type may carry.
  var idRule: IDRule {
    switch self {
    case .open: .new
    case .data, .cancel, .result, .resultData: .opened
    case .error: .openedOrConnection
    default: .connection
    }
  }

  /// What a request id must be.
  enum IDRule: Hashable, Sendable {
    case connection, new, opened, openedOrConnection
  }
}

extension MessageType: CustomStringConvertible {
  package var description: String {
    switch self {
    case .hello: "HELLO"
    case .helloAck: "HELLO_ACK"
    case .auth: "AUTH"
    case .authOK: "AUTH_OK"
    case .open: "OPEN"
    case .result: "RESULT"
    case .data, .resultData: "DATA"
    case .cancel: "CANCEL"
    case .error: "ERROR"
    case .ping: "PING"
    case .pong: "PONG"
    case .info, .infoAnswer: "INFO"
    case .goAway: "GOAWAY"
    default: "type 0x\(String(rawValue, radix: 16))"
    }
  }
}
