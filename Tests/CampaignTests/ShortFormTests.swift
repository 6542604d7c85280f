import Foundation
import Testing

/// The short forms of the campaigns that take the command: no figures worth telling, but everything is tried.
@Suite struct ShortFormTests {
  /// What each is told, and what its figures must say besides that it is done and without faults.
  private static let forms: [(script: String, arguments: String, figures: [String])] = [
    ("reload", "--count 12 --damage-every 5 --clients 3", [#""done": 12"#, #""refused": 2"#]),
    ("terminations", "--count 6 --jobs 6", [#""done": 6"#, #""answered": "#]),
    ("server-killed", "--count 4", [#""done": 4"#, #""client_retries": 3"#, #""command_retries": 1"#]),
    ("killed-trainings", "--count 4", [#""done": 4"#, #""killed": "#]),
    ("full-disk", "--count 6", [#""done": 6"#, #""refused": "#]),
    ("crosstalk", "--count 1000 --images 32", [#""done": 1000"#, #""batched": "#]),
    (
      "slow-peers", "--count 1 --peers 40 --kinds preface hello --round 0.5 --bar 100",
      [#""done": 1"#, #""closed_after_seconds": "#]
    ),
    ("descriptors", "--count 1 --flood 1", [#""done": 1"#, #""lines_of_log": 1"#]),
    (
      "vanished-peers", "--count 1 --peers 60 --kinds hello data",
      [#""done": 1"#, #""descriptors_of_peers": 60"#, #""freed_after_11_s": "#]
    ),
    ("soak", "--seconds 5 --bound 1e6", [#""done": 1"#, #""reloads": "#, #""garbage": "#]),
    ("soak", "--control", [#""done": 2"#]),
  ]

  /// One after the other, in a folder that keeps the models.
  @Test func nothingGoesWrongAndAMixUpIsTold() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-campaigns-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for form in Self.forms {
      guard let outcome = try await run(form.script, form.arguments, in: folder) else { continue }
      #expect(outcome.status == 0, "\(form.script): \(outcome.text)")
      for figure in form.figures + [#""faults": []"#] {
        #expect(outcome.text.contains(figure), "\(form.script): \(figure) is not in \(outcome.text)")
      }
    }
    try await mixUp(in: folder)
  }

  private func run(
    _ script: String, _ arguments: String, in folder: URL
  ) async throws -> (status: Int32, text: String)? {
    let load = script == "crosstalk" ? ["--load", try Campaign.program("crosstalk-load")] : []
    let common = ["--folder", folder.path, "--tessera", try Campaign.program("tessera")]
    return try await Campaign.run(script, arguments.split(separator: " ").map(String.init) + load + common)
  }

  /// Exchanges the known answers of two images: a server that mixes requests up looks the same.
  private func mixUp(in folder: URL) async throws {
    let maps = folder.appending(path: "known-32/maps")
    // Where something is missing, the campaign did not make it.
    guard FileManager.default.fileExists(atPath: maps.path) else { return }
    for (from, to) in [("0-000000", "kept"), ("0-000001", "0-000000"), ("kept", "0-000001")] {
      try FileManager.default.moveItem(
        at: maps.appending(path: "\(from)-probabilities.npy"), to: maps.appending(path: "\(to)-probabilities.npy"))
    }
    let outcome = try await run("crosstalk", "--count 2000 --images 32", in: folder)
    #expect(outcome?.status == 1)
    #expect(outcome?.text.contains("other probabilities") == true, "\(outcome?.text ?? "")")
  }

  @Test(arguments: ["reload", "terminations", "soak"])
  func wrongUsageIsTold(script: String) async throws {
    let outcome = try await Campaign.run(script, ["--tessera", "/nowhere/tessera"])
    guard let outcome else { return }
    #expect(outcome.status == 64)
    #expect(outcome.text.contains("/nowhere/tessera is not there: build it, or name another by --tessera"))
  }
}
