import Testing

@testable import TesseraProtocol

/// Random interleavings of everything that may happen, and of everything that may go wrong on the way.
///
/// A failure names its seed. `TESSERA_SEEDS=1000000 swift test --filter InvariantTests` makes as many runs, and
/// `TESSERA_SEEDS=17-18` the one of seed 17.
@Suite struct InvariantTests {
  @Test func hold() throws {
    try Seeds.run(40) { seed in
      var run = Simulation(seed: seed)
      for _ in 0..<400 { try run.step() }
      try run.finish()
      run.check()
      try run.checkEnds()
      let faults = [run.serverFault, run.pair.clientFault].compactMap(\.self)
      #expect(faults == [], "seed \(seed)")
      // A server that went away never touched ids above the last one it took.
      let taken = run.requests.keys.filter { $0 <= run.lastTaken ?? .max }
      let ended = try run.endedRequests()
      #expect(ended.isSuperset(of: taken), "seed \(seed)")
    }
  }

  /// What is lost, doubled, overtaken, damaged, late or cut off ends in an error or in the right map.
  @Test func holdWhereFramesAreHarmed() throws {
    let accidents: Set<ErrorCode> = [.sequence, .headerCRC, .payloadCRC, .protocol, .version, .timeout]
    var seen: [ErrorCode: Int] = [:]
    var (answered, runs) = (0, 0)
    try Seeds.run(60) { seed in
      var run = Simulation(seed: seed, harming: 40)
      for _ in 0..<300 { try run.step() }
      try run.finish()
      try run.disconnect()
      run.check()
      try run.checkEnds()
      _ = try run.endedRequests()
      let left = run.pair.server.openRequests + run.pair.client.openRequests
      let missing = run.granted - run.pair.server.credit
      #expect(left.isEmpty && missing == 0, "seed \(seed)")
      let fault = run.serverFault
      if let fault {
        #expect(accidents.contains(fault), "seed \(seed): \(fault)")
        seen[fault, default: 0] += 1
      }
      if run.toServer.harms.contains(.doubles), !run.toServer.harms.contains(.cuts), run.lastTaken == nil {
        #expect(fault != nil, "seed \(seed): a doubled frame was taken")
      }
      answered += run.pair.clientActions.count { if case .result = $0 { true } else { false } }
      runs += 1
    }
    // Shows that runs come far enough for accidents to matter.
    guard runs >= 60 else { return }
    #expect(seen[.sequence] ?? 0 > runs / 20 && seen.count > 1, "\(seen)")
    #expect(answered > runs / 4, "\(answered) answers")
  }
}
