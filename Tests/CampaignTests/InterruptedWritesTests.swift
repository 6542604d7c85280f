import Testing

/// The short form of `Tests/Campaigns/interrupted-writes`: a durable write meets a fault at every call that changes
/// files, and the old or the new file is there.
@Suite struct InterruptedWritesTests {
  @Test func theOldOrTheNewFileIsThere() async throws {
    let writer = try Campaign.program("durable-writer")
    guard let outcome = try await Campaign.run("interrupted-writes", ["--short", "--writer", writer]) else { return }
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains(#""faults": []"#), "\(outcome.text)")
  }
}
