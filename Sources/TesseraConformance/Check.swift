/// One rule of the specification, and the conversations that show whether a server keeps it.
struct Check: Sendable {
  let section: SpecificationSection
  let name: String
  let rule: String
  /// How many conversations there are; all must go as expected.
  let variants: Int
  /// Writes the conversation of a variant.
  let script: @Sendable (inout Script, Int) throws(Skip) -> Void

  init(
    _ section: SpecificationSection, _ name: String, _ rule: String, variants: Int = 1,
    _ script: @escaping @Sendable (inout Script, Int) throws(Skip) -> Void
  ) {
    self.section = section
    self.name = name
    self.rule = rule
    self.variants = variants
    self.script = script
  }

  init(
    _ section: SpecificationSection, _ name: String, _ rule: String,
    _ script: @escaping @Sendable (inout Script) throws(Skip) -> Void
  ) {
    self.init(section, name, rule) { (talk: inout Script, _: Int) throws(Skip) in try script(&talk)
    }
  }

  /// Every check that talks to a server, in the order of the specification.
  static let all: [Check] = [
    prefaces, transports, headers, checkOrder, damagedPayloads, types, ids, textsAndTLVs, hellos, helloAcks, auths,
    opens, results,
    controls, values, credit, admission, data, deadlinesAndCancels, compression, negotiation, states, rates, times,
  ].flatMap { $0 }
}

/// Why a check says nothing about a server.
struct Skip: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// The sections of `Protocol/SPEC.md` that hold rules for servers.
enum SpecificationSection: String, CaseIterable, Sendable {
  case preface = "2 Connection and preface"
  case header = "3.1 Header"
  case order = "3.3 Order of checks"
  case types = "4 Message types"
  case parts = "5 Parts of payloads"
  case hello = "6.1 HELLO"
  case helloAck = "6.2 HELLO_ACK"
  case auth = "6.3 AUTH and AUTH_OK"
  case open = "6.4 OPEN"
  case data = "6.5 DATA"
  case result = "6.6 RESULT"
  case error = "6.7 ERROR"
  case cancel = "6.8 CANCEL"
  case ping = "6.9 PING and PONG"
  case info = "6.10 INFO"
  case encodings = "7 Payload encodings"
  case credit = "8.1 Credit"
  case admission = "8.2 Admission"
  case requestData = "8.3 DATA of a request"
  case deadline = "8.4 Deadline"
  case cancelling = "8.5 Cancelling"
  case answers = "8.6 Answers"
  case compression = "9 zstd-strict"
  case negotiation = "10 Negotiation and grease"
  case states = "11 States"
  case codes = "12 Error codes"
  case limits = "13 Limits and times"
}
