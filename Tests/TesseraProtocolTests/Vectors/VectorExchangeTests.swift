import Testing

@testable import TesseraProtocol

/// The golden exchanges: both state machines say and conclude exactly what the vectors do.
@Suite struct VectorExchangeTests {
  @Test func serversAnswerToTheLetter() throws {
    let vectors = try VectorFile.validExchanges().filter { $0.plays.contains("server") }
    #expect(vectors.count >= 35)
    for vector in vectors {
      let play = ServerPlay(vector)
      let expected = vector.frames.filter { $0.from == "server" }.map(\.hex)
      if vector.server?.answers == false {
        #expect(play.complete == 1, "\(vector.name)")
        #expect(play.errors.isEmpty, "\(vector.name)")
      } else {
        #expect(play.said == expected, "\(vector.name)")
      }
      #expect(play.isClosed == vector.frames.contains { $0.is == "END" }, "\(vector.name)")
    }
  }

  @Test func clientsSpeakToTheLetterAndReadEveryAnswer() throws {
    let vectors = try VectorFile.validExchanges().filter { $0.plays.contains("client") }
    #expect(vectors.count >= 38)
    for vector in vectors {
      let play = ClientPlay(vector)
      #expect(play.deviations == [], "\(vector.name)")
      #expect(play.results == vector.results ?? [], "\(vector.name)")
      #expect(
        play.failures == vector.errors.map { Fault(id: $0.id, code: ErrorCode(rawValue: $0.code)) }, "\(vector.name)")
      #expect(play.closedWith == nil, "\(vector.name)")
    }
  }

  @Test func serversRefuseWithTheCodeStated() throws {
    let vectors = try VectorFile.invalidExchanges().filter { $0.plays.contains("server") }
    #expect(vectors.count >= 292)
    for vector in vectors {
      let play = ServerPlay(vector)
      let errors = play.errors
      #expect(errors.count == vector.errors.count, "\(vector.name): \(errors.map(\.1))")
      for ((header, error), stated) in zip(errors, vector.errors) {
        #expect([stated.code, stated.or].contains(error.code.rawValue), "\(vector.name): \(error.code)")
        #expect(header.requestID.rawValue == stated.id, "\(vector.name)")
        #expect(error.scope.rawValue == stated.scope, "\(vector.name)")
        #expect(header.version.rawValue == stated.version, "\(vector.name)")
        if stated.or == nil { #expect(error.retry.rawValue == stated.retry, "\(vector.name)") }
        #expect(error.detail == (error.code == .version ? 0x0101 : 0), "\(vector.name)")
      }
      let endsConnection = vector.errors.contains { $0.scope == 1 }
      #expect(play.isClosed == endsConnection, "\(vector.name)")
      // The stream goes on behind a fault of one request: the PING at the end is answered.
      #expect(play.lastSaid == (endsConnection ? .error : .pong), "\(vector.name)")
    }
  }

  @Test func clientsNoticeWithTheCodeStated() throws {
    let vectors = try VectorFile.invalidExchanges().filter { $0.plays.contains("client") }
    #expect(vectors.count >= 202)
    for vector in vectors {
      let play = ClientPlay(vector)
      let stated = try #require(vector.errors.first)
      #expect(play.deviations == [], "\(vector.name)")
      let code = stated.scope == 1 ? play.closedWith : play.failures.first { $0.id == stated.id }?.code
      #expect(code.map { [stated.code, stated.or].contains($0.rawValue) } == true, "\(vector.name): \(code as Any)")
      #expect((play.closedWith != nil) == (stated.scope == 1), "\(vector.name)")
    }
  }

  @Test func codesAreNamedAsInTheTable() throws {
    for vector in try VectorFile.invalidExchanges() {
      for fault in vector.errors { #expect(ErrorCode(rawValue: fault.code).description == fault.name) }
    }
  }
}
