import TesseraClient
import TesseraProtocol
import Testing

@Suite struct PipeliningTests {
  @Test func answersOutOfOrderFindTheirRequests() async throws {
    // The later a request comes, the sooner it is answered.
    try await ScriptedServer.run({ number, _ in .answer(after: .milliseconds(80 - 5 * number)) }) { server, port in
      try await withClient(host: "127.0.0.1", port: port) { client in
        try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 0..<16 {
            group.addTask {
              try await client.expectAnswer(to: number)
              return number
            }
          }
          for try await _ in group {}
        }
      }
      #expect(server.mostInFlight == 16 && server.connections == 1)
    }
  }

  @Test func theWireTellsWhatIsLeftWhenTheRequestGoesOut() async throws {
    var limits = ProtocolLimits()
    limits.maxInflight = 1
    try await ScriptedServer.run(limits: limits, { _, _ in .answer(after: .milliseconds(100)) }) { server, port in
      try await withClient(host: "127.0.0.1", port: port) { client in
        async let one = client.segmentPicture(1, within: .seconds(3))
        #expect(try await eventually { server.requests == 1 })
        // It waits until the first is answered.
        async let two = client.segmentPicture(2, within: .milliseconds(2500))
        let answers = [try await one, try await two]
        #expect(answers == [true, true])
      }
      #expect(server.budgets.count == 2)
      #expect((Duration.milliseconds(2000) ... .milliseconds(2460)).contains(server.budgets[1]), "\(server.budgets)")
    }
  }

  @Test func aRequestWhoseTimeEndsWhileItWaitsIsNotSent() async throws {
    var limits = ProtocolLimits()
    limits.maxInflight = 1
    try await ScriptedServer.run(limits: limits, { _, _ in .answer(after: .milliseconds(150)) }) { server, port in
      try await withClient(host: "127.0.0.1", port: port) { client in
        async let one = client.segmentPicture(1)
        #expect(try await eventually { server.requests == 1 })
        let error = try await failure { () throws(SegmentationError) in
          try await client.segmentPicture(2, within: .milliseconds(40))
        }
        #expect(error.code == .deadline)
        #expect(try await one)
      }
      #expect(server.requests == 1)
    }
  }
}
