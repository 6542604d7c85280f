import NIOCore
import TestSupport

@testable import TesseraProtocol

/// What a server made of the client's part of a vector.
struct ServerPlay {
  /// Every frame the server sent.
  let frames: [(header: FrameHeader, payload: [UInt8])]
  /// Every ERROR, with its header.
  let errors: [(header: FrameHeader, error: SegmentationError)]
  let lastSaid: MessageType?
  let isClosed: Bool
  /// Requests whose input came whole and had the digest it should.
  let complete: Int

  /// Every frame the server sent, as hexadecimal digits.
  var said: [String] {
    frames.map { header, payload in
      var bytes = ByteBuffer()
      header.encode(into: &bytes)
      return digits(bytes.array + payload)
    }
  }

  /// - Parameter stream: what the client says in the place of the vector's frames.
  init(_ vector: ExchangeVector, stream: [[UInt8]]? = nil) {
    let told = vector.server
    let model = FakeService.describe(
      classes: told?.classes ?? 3, minimumSide: told?.min_side ?? 1, sideMultiple: told?.side_multiple ?? 1,
      maximumPixels: told?.model_pixels ?? 1 << 24)
    var served = Served(
      { configuration in
        if told?.token != nil { configuration.authentication = .token }
        for (name, value) in told?.limits ?? [:] { configuration.limits.set(name, value) }
      }, service: FakeService(model: model))
    served.pair.token = hex(told?.token ?? "")
    served.pair.answersAtOnce = told?.answers ?? true
    if told?.state == "starting" {
      served.pair.server.state = .starting
      served.pair.server.intake = .nothing
    }
    // The end of the client's direction has no bytes.
    for bytes in stream ?? vector.bytes(from: "client") {
      if bytes.isEmpty { served.receiveEnd() } else { served.receive(ByteBuffer(bytes: bytes)) }
    }

    frames = served.frames.map { (header: $0.0, payload: $0.1) }
    errors = served.frames.compactMap { header, payload in
      guard header.type == .error, let error = try? ErrorMessage.decode(ByteBuffer(bytes: payload)).error else {
        return nil
      }
      return (header, error)
    }
    lastSaid = served.types.last
    isClosed = served.pair.server.isClosed
    complete = served.pair.serverActions.count { if case .request = $0 { true } else { false } }
  }
}

extension ProtocolLimits {
  /// Sets a limit by its name in the specification.
  fileprivate mutating func set(_ name: String, _ value: UInt64) {
    switch name {
    case "max_chunk": maxChunk = UInt32(value)
    case "max_open": maxOpen = UInt32(value)
    case "max_inflight": maxInflight = UInt32(value)
    case "max_result": maxResult = value
    case "credit": credit = value
    default: preconditionFailure("a vector sets \(name), which no test can")
    }
  }
}
