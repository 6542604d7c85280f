internal import NIOCore
public import TesseraCredentials
internal import TesseraProtocol

/// Judges a server of TSP/1 by talking to it, one conversation after the other.
public struct Conformance: Sendable {
  /// Name or address of the server's machine.
  public let host: String
  /// Where it listens.
  public let port: Int
  /// The bearer token, where the server asks for one.
  public var token: [UInt8]?
  /// Encrypts connections, and checks what the server makes of other handshakes; nil leaves them plain.
  public var tls: ClientTLS?
  /// Whether the server expects a PROXY header in front of every connection.
  public var isProxied = false
  /// The longest that a conversation waits in all; checks of longer time limits are skipped.
  public var patience: Duration = .seconds(8)
  /// Whether a check of this name is made; nil makes all.
  public var selection: (@Sendable (String) -> Bool)?

  /// - Parameter token: the bearer token, where the server asks for one.
  public init(host: String, port: Int, token: [UInt8]? = nil) {
    self.host = host
    self.port = port
    self.token = token
  }

  /// Makes every check.
  ///
  /// - Parameter report: told each finding as soon as it is there.
  /// - Throws: ``ConformanceError`` where the server cannot be connected to, or does not greet.
  public func run(report: (Finding) -> Void = { _ in }) async throws(ConformanceError)
    -> ConformanceReport
  {
    var audit = FrameAudit()
    let facts = try await ask(try Route(host: host, port: port, tls: tls, isProxied: isProxied), &audit)
    var findings: [Finding] = []
    for check in Check.all where selection?(check.name) ?? true {
      let verdict = try await verdict(of: check, facts, &audit)
      let finding = Finding(
        section: check.section.rawValue, name: check.name, rule: check.rule, verdict: verdict)
      findings.append(finding)
      report(finding)
    }
    for finding in audit.findings where selection?(finding.name) ?? true {
      findings.append(finding)
      report(finding)
    }
    return ConformanceReport(
      server: "\(host):\(port)", agent: facts.ack.agent, model: facts.model?.name,
      findings: Self.inOrder(findings))
  }

  /// The findings of a section side by side, sections in the order of the specification.
  private static func inOrder(_ findings: [Finding]) -> [Finding] {
    SpecificationSection.allCases.flatMap { section in
      findings.filter { $0.section == section.rawValue }
    }
  }

  /// Asks a server what it is.
  private func ask(_ route: Route, _ audit: inout FrameAudit) async throws(ConformanceError) -> ServerFacts {
    var talk = try await Conversation(route, .agreed, header: route.proxyHeader, within: patience)
    let hello = Script.helloPayload
    talk.send(Preface.bytes)
    var sealer = FrameSealer()
    func frame(_ type: MessageType, _ payload: ByteBuffer) -> [UInt8] {
      let version = type == .hello ? ProtocolVersion.unnegotiated : .one
      return Array(
        sealer.seal(type, id: .connection, version: version, payload: payload).readableBytesView)
    }
    talk.send(frame(.hello, hello))
    let greeting = await talk.wait(for: .helloAck(), within: patience)
    guard let ack = talk.transcript.helloAck, case .met = greeting else {
      let (came, fault) = (talk.transcript.summary, talk.transcript.fault)
      await talk.close()
      throw fault.map { Self.error($0, route) } ?? .noGreeting(host: host, port: port, came: came)
    }
    if ack.authentication == .token, token != nil, !route.isEncrypted, !talk.isLocal {
      await talk.close()
      throw .tokenInTheClear(host: host, port: port)
    }
    var facts = ServerFacts(
      ack: ack, codecs: ack.codecs.filter(Codec.spoken.contains), token: token, route: route, model: nil,
      patience: patience)
    if ack.authentication != .token || token != nil {
      if ack.authentication == .token, let token {
        talk.send(frame(.auth, Auth(token: token).encoded()))
        _ = await talk.wait(for: .authOK, within: patience)
      }
      talk.send(frame(.info, InfoRequest(model: "").encoded()))
      _ = await talk.wait(for: .infos("INFO", named: [false]), within: patience)
      facts = ServerFacts(
        ack: ack, codecs: facts.codecs, token: token, route: route, model: talk.transcript.firstModel,
        patience: patience)
    }
    audit.add(talk.transcript)
    await talk.close()
    return facts
  }

  private static func error(_ fault: TLSFault, _ route: Route) -> ConformanceError {
    if case .wrongName = fault { return .tls(host: route.host, port: route.port, .wrongName(route.subject)) }
    return .tls(host: route.host, port: route.port, fault)
  }

  private func verdict(
    of check: Check, _ facts: ServerFacts, _ audit: inout FrameAudit
  ) async throws(ConformanceError) -> Verdict {
    for variant in 0..<check.variants {
      var script = Script(facts)
      do throws(Skip) {
        try check.script(&script, variant)
      } catch {
        return .skipped(error.reason)
      }
      let verdict = try await play(script, &audit)
      guard verdict == .passed else { return verdict }
    }
    return .passed
  }

  private func play(_ script: Script, _ audit: inout FrameAudit) async throws(ConformanceError)
    -> Verdict
  {
    var talk = try await Conversation(script.facts.route, script.handshake, header: script.header, within: patience)
    var verdict = Verdict.passed
    // All that a conversation waits for shares one patience.
    let deadline = ContinuousClock.now + patience
    steps: for step in script.steps {
      switch step {
      case .send(let bytes): talk.send(bytes)
      case .pause(let time): await talk.pause(time)
      case .end: talk.end()
      case .expect(let expectation):
        let left = max(ContinuousClock.now.duration(to: deadline), .zero)
        switch await talk.wait(for: expectation, within: left) {
        case .met: continue
        case .broken(let came): verdict = .failed(expected: expectation.description, came: came)
        case .busy(let code): verdict = .skipped("the server has no room: \(code)")
        case .open:
          let came = talk.transcript.summary
          verdict = .failed(
            expected: expectation.description,
            came: talk.transcript.hasEnded
              ? "\(came) and the end" : "\(came), and nothing more in \(patience)")
        }
        break steps
      }
    }
    audit.add(talk.transcript)
    await talk.close()
    return verdict
  }
}

extension Transcript {
  /// HELLO_ACK, if it can be read.
  fileprivate var helloAck: HelloAck? {
    frames.first { $0.header.type == .helloAck }.flatMap { try? HelloAck.decode($0.buffer) }
  }

  /// The first model of a list.
  fileprivate var firstModel: ModelSummary? {
    frames.first { $0.header.type == .infoAnswer }
      .flatMap { try? InfoAnswer.decode($0.buffer, namesClasses: false) }?.models.first
  }
}
