import Testing

/// Every allocation of the C shims is refused in turn, by a program of its own: see `Tests/Campaigns/Starved`.
@Suite struct StarvedShimsTests {
  @Test func everyRefusedAllocationIsAnErrorAndNoMore() async throws {
    let program = try Campaign.program("starved-shims")
    let outcome = try #require(try await Campaign.run(program, []))
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains(#""faults": 0"#), "\(outcome.text)")
    // That few would mean that the program does not stand in for the C library's functions.
    let refused = try #require(outcome.text.firstMatch(of: /"refused": (\d+)/).flatMap { Int($0.1) })
    #expect(refused > 200, "\(outcome.text)")
  }
}
