internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// PING and INFO.
  static let controls: [Check] = [
    Check(.ping, "pong-echoes", "PONG echoes the bytes of PING, in order") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.ping([0, 1, 2, 3, 4, 5, 6, 255])
      talk.ping([UInt8](repeating: 0, count: 8))
      talk.expect(.pongs([[0, 1, 2, 3, 4, 5, 6, 255], [UInt8](repeating: 0, count: 8)]))
    },
    control("ping-short", "PING has 8 bytes", .ping, [1, 2, 3, 4, 5, 6, 7], .ping),
    control("ping-empty", "PING has 8 bytes", .ping, [], .ping),
    control("info-empty", "every field is there", .info, [], .info),
    control("info-cut", "every field is there", .info, [3, 116, 111], .info),
    control(
      "info-trailing-byte", "a payload ends with its last field", .info, [1, 116, 116], .info),
    control("info-no-utf8", "str8 is UTF-8", .info, [1, 255], .info),
    Check(.info, "info-list", "a list tells models of legal names, without classes") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.info("")
      talk.expect(
        .infos("INFO of 1 or more models", named: [false]) { answers in
          guard answers[0].state == .ready else { return nil }
          return answers[0].models.isEmpty ? "no model" : nil
        })
    },
    Check(.info, "info-named", "a named model tells its classes") {
      (talk: inout Script) throws(Skip) in
      guard let model = talk.facts.model else { throw Skip("the server names no model") }
      try talk.shake()
      talk.info(model.name)
      talk.expect(
        .infos("INFO of \(model.name) with \(model.classCount) classes", named: [true]) { answers in
          guard let told = answers[0].models.first, answers[0].models.count == 1 else {
            return "\(answers[0].models.count) models"
          }
          let isSame = told.name == model.name && told.classes.count == Int(model.classCount)
          return isSame ? nil : "\(told.name) with \(told.classes.count) classes"
        })
    },
    Check(.info, "info-unknown", "a name that the server does not know gives n = 0") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.info("nobody-has-this-name")
      talk.expect(
        .infos("INFO of no model", named: [true]) { $0[0].models.isEmpty ? nil : "a model" })
    },
    Check(.info, "info-order", "answers come in the order of the questions") {
      (talk: inout Script) throws(Skip) in
      guard let model = talk.facts.model else { throw Skip("the server names no model") }
      try talk.shake()
      talk.info("nobody-has-this-name")
      talk.info(model.name)
      talk.expect(
        .infos("INFO of no model, then of \(model.name)", named: [true, true]) { answers in
          answers.map(\.models.count) == [0, 1] ? nil : "another order"
        })
    },
    Check(.info, "info-generation", "generation counts from 1, and a side is at least 1") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.info("")
      talk.expect(
        .infos("generations, least sides and multiples of 1 or more", named: [false]) { answers in
          let isRight = answers[0].models.allSatisfy { $0.generation > 0 && $0.sideMultiple > 0 }
          return isRight ? nil : "0"
        })
    },
  ]

  private static func control(
    _ name: String, _ rule: String, _ type: MessageType, _ payload: [UInt8],
    _ section: SpecificationSection
  ) -> Check {
    Check(section, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(type, payload)
      talk.expect(.fatal(.protocol))
    }
  }

  /// Too much of something.
  static let rates: [Check] = [
    Check(
      .limits, "ping-storm", "the third PING in a row within ping_min_ms of the one before is CALM"
    ) {
      (talk: inout Script) throws(Skip) in
      guard talk.facts.limits.pingInterval > .milliseconds(500) else {
        throw Skip("ping_min_ms is short")
      }
      try talk.shake()
      for _ in 0..<4 { talk.ping() }
      talk.expect(.fatal(.calm))
    },
    Check(.limits, "pings-forgiven", "two PINGs too many are forgiven") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      for _ in 0..<3 { talk.ping() }
      talk.expect(.pongs([Script.token, Script.token, Script.token]))
    },
    Check(
      .limits, "info-storm", "the third INFO in a row within a second of the one before is CALM"
    ) {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      for _ in 0..<4 { talk.info("") }
      talk.expect(.fatal(.calm))
    },
    Check(.limits, "error-storm", "more than 200 provoked errors in 30 s are CALM") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      for id in 1...(201 as UInt64) { talk.open(image, id: id) { $0.outputs = [] } }
      talk.expect(.fatal(.calm))
    },
    Check(.limits, "cancel-storm", "more than 200 CANCELs of open requests in 30 s are CALM") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      for id in 1...(201 as UInt64) {
        talk.open(image, id: id)
        talk.frame(.cancel, id: id)
        // A few at a time, so that the server's queue is never full.
        if id.isMultiple(of: 16) { talk.expect(.refused(id, .cancelled)) }
      }
      talk.expect(.fatal(.calm))
    },
  ]

  /// Time limits, as far as they are shorter than a check waits.
  static let times: [Check] = [
    Check(.limits, "handshake-5-s", "the whole HELLO comes within 5 s") {
      (talk: inout Script) throws(Skip) in
      try talk.wait(.seconds(5), for: "a HELLO may take 5 s")
      talk.preface()
      talk.pause(.milliseconds(4500))
      talk.expect(.stillOpen)
      talk.expect(.fatal(.timeout, version: 0))
    },
    Check(.limits, "auth-3-s", "the whole AUTH comes within 3 s") {
      (talk: inout Script) throws(Skip) in
      guard talk.facts.ack.authentication == .token else {
        throw Skip("the server asks for no token")
      }
      try talk.wait(.seconds(3), for: "an AUTH may take 3 s")
      talk.hello()
      talk.expect(.fatal(.timeout))
    },
    Check(.limits, "frame-ms", "a frame that is not whole after frame_ms is TIMEOUT") {
      (talk: inout Script) throws(Skip) in
      try talk.wait(
        talk.facts.limits.frame + .seconds(1), for: "frame_ms is \(talk.facts.limits.frame)")
      try talk.shake()
      talk.send(Array(talk.bytes(.ping, Script.token).prefix(20)))
      talk.expect(.fatal(.timeout))
    },
    Check(
      .limits, "input-frame-ms",
      "a request whose input does not come is given up alone after frame_ms"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.wait(
        talk.facts.limits.frame + .seconds(1), for: "frame_ms is \(talk.facts.limits.frame)")
      try talk.shake()
      talk.open(image)
      talk.expect(.refused(1, .timeout))
      talk.expectMore()
    },
    Check(.limits, "idle-ms", "a connection that is idle for idle_ms is TIMEOUT") {
      (talk: inout Script) throws(Skip) in
      try talk.wait(talk.facts.limits.idle, for: "idle_ms is \(talk.facts.limits.idle)")
      try talk.shake()
      talk.expect(.fatal(.timeout))
    },
  ]
}

extension Script {
  /// Leaves the check out where it would wait for too long.
  fileprivate func wait(_ time: Duration, for reason: String) throws(Skip) {
    guard time < facts.patience else {
      throw Skip("\(reason), and a check waits for \(facts.patience) at most")
    }
  }
}

extension Expectation {
  /// Neither an ERROR nor the end.
  fileprivate static let stillOpen = Self(description: "an open connection after 4.5 s") {
    transcript in
    if case .broken(let came) = transcript.endJudgement { return .broken(came) }
    return .met
  }
}
