internal import TesseraCredentials
internal import TesseraProtocol

/// What must come of a conversation.
struct Expectation: Sendable {
  /// How far a transcript fulfils an expectation.
  enum Judgement: Sendable {
    case met
    /// More must come.
    case open
    /// It can no longer be met; what came.
    case broken(String)
    /// The server has no room just now, which says nothing about its rules.
    case busy(ErrorCode)
  }

  /// In words, behind "expected".
  let description: String
  let judge: @Sendable (borrowing Transcript) -> Judgement
}

extension Expectation {
  /// HELLO_ACK, of which something may be asked: nil where all is well, or what came.
  static func helloAck(
    _ wanted: String = "HELLO_ACK",
    _ fault: @escaping @Sendable (HelloAck) -> String? = { _ in nil }
  ) -> Self {
    Self(description: wanted) { transcript in
      guard let frame = transcript.frames.first(where: { $0.header.type == .helloAck }) else {
        return transcript.endJudgement
      }
      guard let ack = try? HelloAck.decode(frame.buffer) else {
        return .broken("a HELLO_ACK that cannot be read")
      }
      return fault(ack).map { Judgement.broken($0) } ?? .met
    }
  }

  static let authOK = Self(description: "AUTH_OK") { transcript in
    transcript.frames.contains { $0.header.type == .authOK } ? .met : transcript.endJudgement
  }

  /// A PONG of these bytes.
  static func pong(_ token: [UInt8]) -> Self {
    Self(description: "PONG \(hexadecimal(token))") { transcript in
      let pongs = transcript.frames.filter { $0.header.type == .pong }
      if pongs.contains(where: { $0.payload == token }) { return .met }
      if let other = pongs.last, case .open = transcript.endJudgement {
        return .broken("PONG \(hexadecimal(other.payload))")
      }
      return transcript.endJudgement
    }
  }

  /// PONGs of these bytes, in order.
  static func pongs(_ tokens: [[UInt8]]) -> Self {
    Self(description: "\(tokens.count) PONGs in order") { transcript in
      let came = transcript.frames.filter { $0.header.type == .pong }.map(\.payload)
      if came == tokens { return .met }
      guard tokens.starts(with: came) else {
        return .broken("PONG \(came.map(hexadecimal).joined(separator: ", "))")
      }
      return transcript.endJudgement
    }
  }

  /// ERROR of scope 1, and the end.
  ///
  /// - Parameter answer: the type of an answer which shows that the fault was not noticed.
  static func fatal(_ codes: ErrorCode..., version: UInt8 = 1, not answer: MessageType? = nil) -> Self {
    let names = codes.map(\.description).joined(separator: " or ")
    return Self(
      description: "ERROR \(names) of scope 1 in a frame of version \(version), then the end"
    ) { transcript in
      guard let (frame, error) = transcript.connectionError else {
        if let answer, transcript.frames.contains(where: { $0.header.type == answer }) { return .broken("\(answer)") }
        if transcript.hasEnded { return .broken("the end without an ERROR") }
        return transcript.busy.map { Judgement.busy($0) } ?? .open
      }
      guard codes.contains(error.code) else { return .broken("ERROR \(error.code) of scope 1") }
      guard frame.header.version.rawValue == version else {
        return .broken("ERROR \(error.code) in a frame of version \(frame.header.version)")
      }
      return transcript.hasEnded ? .met : .open
    }
  }

  /// ERROR of scope 0 for a request.
  static func refused(_ id: UInt64 = 1, _ codes: ErrorCode...) -> Self { refused(id, codes) }

  /// ERROR of scope 0 for a request.
  static func refused(_ id: UInt64, _ codes: [ErrorCode]) -> Self {
    let names = codes.map(\.description).joined(separator: " or ")
    return Self(description: "ERROR \(names) for request \(id) alone") { transcript in
      switch transcript.outcome(of: id) {
      case .failed(let error) where codes.contains(error.code): return .met
      case .failed(let error): return Self.judgement(of: error.code)
      case .answered: return .broken("an answer")
      case .open: return transcript.endJudgement
      }
    }
  }

  /// A whole answer, of which something may be asked: nil where all is well, or what came.
  static func answer(
    _ id: UInt64 = 1, _ wanted: String = "an answer",
    _ fault: @escaping @Sendable (Answer) -> String? = { _ in nil }
  ) -> Self {
    Self(description: "\(wanted) to request \(id)") { transcript in
      switch transcript.outcome(of: id) {
      case .answered(let answer): return fault(answer).map { Judgement.broken($0) } ?? .met
      case .failed(let error): return Self.judgement(of: error.code)
      case .open: return transcript.endJudgement
      }
    }
  }

  /// A whole answer, or an ERROR of one of these codes.
  static func answerOr(_ codes: ErrorCode..., id: UInt64 = 1) -> Self {
    let names = codes.map(\.description).joined(separator: " or ")
    return Self(description: "an answer to request \(id), or ERROR \(names)") { transcript in
      switch transcript.outcome(of: id) {
      case .answered: return .met
      case .failed(let error) where codes.contains(error.code): return .met
      case .failed(let error): return Self.judgement(of: error.code)
      case .open: return transcript.endJudgement
      }
    }
  }

  /// The end, and no PONG before it.
  static let noPong = Self(description: "the end, and no PONG") { transcript in
    if transcript.frames.contains(where: { $0.header.type == .pong }) { return .broken("PONG") }
    return transcript.hasEnded ? .met : .open
  }

  /// The end, and not one frame before it; an alert of TLS is none.
  static let silence = Self(description: "the end without an answer") { transcript in
    if let frame = transcript.frames.first { return .broken("\(frame.header.type)") }
    return transcript.hasEnded ? .met : .open
  }

  /// TLS with the protocol's own name in ALPN.
  static let securedByName = Self(description: "ALPN tessera") { transcript in
    switch transcript.applicationProtocol {
    case TLSContext.applicationProtocol: .met
    case let other?: .broken("ALPN \(other)")
    case nil: transcript.frames.isEmpty ? transcript.endJudgement : .broken("no ALPN")
    }
  }

  /// The end, without an ERROR of scope 1.
  static let end = Self(description: "the end of the connection") { transcript in
    if let (_, error) = transcript.connectionError { return .broken("ERROR \(error.code) of scope 1") }
    return transcript.hasEnded ? .met : .open
  }

  /// So many INFOs, of which something may be asked: nil where all is well, or what came.
  ///
  /// - Parameter named: whether each question named a model.
  static func infos(
    _ wanted: String, named: [Bool],
    _ fault: @escaping @Sendable ([InfoAnswer]) -> String? = { _ in nil }
  ) -> Self {
    Self(description: wanted) { transcript in
      let frames = transcript.frames.filter { $0.header.type == .infoAnswer }
      guard frames.count >= named.count else { return transcript.endJudgement }
      var answers: [InfoAnswer] = []
      for (frame, isNamed) in zip(frames, named) {
        do throws(WireError) {
          answers.append(try InfoAnswer.decode(frame.buffer, namesClasses: isNamed))
        } catch {
          return .broken("an INFO that cannot be read: \(error.reason)")
        }
      }
      return fault(answers).map { Judgement.broken($0) } ?? .met
    }
  }

  private static func judgement(of code: ErrorCode) -> Judgement {
    Transcript.busyCodes.contains(code) ? .busy(code) : .broken("ERROR \(code)")
  }
}

/// Bytes as hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
