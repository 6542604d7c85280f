import NIOCore
import TesseraLabels

@testable import TesseraProtocol

/// What a client said in its part of a vector, and made of the server's.
struct ClientPlay {
  private let now = ContinuousClock.now
  /// What the client said that the vector does not, in words.
  private(set) var deviations: [String] = []
  private(set) var results: [ExchangeVector.Result] = []
  /// Requests that failed alone, with their codes.
  private(set) var failures: [Fault] = []
  private(set) var closedWith: ErrorCode?

  /// - Parameter stream: what the server says in the place of the vector's frames.
  init(_ vector: ExchangeVector, stream: [[UInt8]]? = nil) {
    self.init(vector, pieces: (stream ?? vector.bytes(from: "server")).map { [$0] })
  }

  /// - Parameter pieces: what comes in the place of each of the server's frames.
  init(_ vector: ExchangeVector, pieces: [[[UInt8]]]) {
    var stream = pieces[...]
    var configuration = ClientConfiguration(greaseSeed: 0x7000_0000_0000_0000)
    configuration.codecs = (vector.client?.codecs ?? [0]).map(Codec.init)
    configuration.token = vector.client?.token.map(hex)
    if let limit = vector.client?.max_result { configuration.maxResult = limit }
    var client = ClientConnection(configuration, now: now)
    for (place, frame) in vector.frames.enumerated() {
      if frame.from == "server" {
        for piece in stream.popFirst() ?? [] {
          client.receive(ByteBuffer(bytes: piece), now: now)
          settle(&client)
        }
        continue
      }
      do { try act(frame, vector.frames[place...], &client) } catch { deviations.append("\(frame.is): \(error)") }
      let said = client.nextFrame().map { digits($0.array) } ?? "nothing"
      if said != frame.hex { deviations.append("\(frame.is): said \(said), not \(frame.hex)") }
    }
    if let frame = client.nextFrame() { deviations.append("said more: \(digits(frame.array))") }
  }

  /// Asks for what a frame says; PREFACE, HELLO, AUTH and DATA come of themselves.
  private mutating func act(
    _ frame: ExchangeVector.Frame, _ rest: ArraySlice<ExchangeVector.Frame>, _ client: inout ClientConnection
  ) throws {
    var bytes = ByteBuffer(bytes: hex(frame.hex))
    guard frame.is != "PREFACE", let header = try FrameHeader(reading: &bytes) else { return }
    switch header.type {
    case .open:
      let open = try Open.decode(bytes)
      let plain = rest.filter { $0.from == "client" && $0.is == "DATA" }.map { hex($0.hex) }
        .filter { $0[8..<16].elementsEqual(hex(frame.hex)[8..<16]) }.flatMap { $0.dropFirst(FrameHeader.byteCount) }
      guard let session = client.session else { throw WireError(.protocol, "no session") }
      let image: SegmentationRequest.Image = open.input == InputKind.png.rawValue ? .png(plain) : .rgb8(plain)
      let request = SegmentationRequest(
        image: image, width: Int(open.width), height: Int(open.height), outputs: open.outputs, model: open.model,
        generation: open.generation, priority: RequestPriority(rawValue: open.priority) ?? .normal)
      let encoded = try EncodedRequest(request, session: session, now: now)
      guard client.canOpen(total: encoded.total) else { throw WireError(.protocol, "no request may be opened") }
      let id = client.open(encoded)
      if id != header.requestID { deviations.append("opened \(id), not \(header.requestID)") }
    case .ping: client.ping(token: try Ping.decode(bytes).token)
    case .info: client.askInfo(model: try InfoRequest.decode(bytes).model)
    case .cancel: client.cancel(header.requestID)
    default: break
    }
  }

  private mutating func settle(_ client: inout ClientConnection) {
    while let action = client.nextAction() {
      switch action {
      case .result(let id, let received):
        do throws(SegmentationError) {
          results.append(ExchangeVector.Result(id: id.rawValue, try received.decode()))
        } catch { failures.append(Fault(id: id.rawValue, code: error.code)) }
      case .failed(let id, let error): failures.append(Fault(id: id.rawValue, code: error.code))
      case .close(let error): closedWith = error.code
      default: break
      }
    }
  }
}

extension ExchangeVector.Result {
  fileprivate init(id: UInt64, _ result: SegmentationResult) {
    let probabilities: [Double]? =
      switch result.probabilities {
      case .f16(let values): values.map(Double.init)
      case .f32(let values): values.map(Double.init)
      case nil: nil
      }
    self.init(
      id: id, width: result.width, height: result.height, classes: result.classCount,
      labels: result.labels?.indices(void: .max), confidence: result.confidence, probabilities: probabilities)
  }
}
