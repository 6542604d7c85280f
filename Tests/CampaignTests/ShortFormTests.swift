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
    ("crosstalk", "--count 2000 --images 32", [#""done": 2000"#, #""batched": "#]),
    (
      "slow-peers", "--count 1 --peers 40 --kinds preface hello --round 1 --bar 100",
      [#""done": 1"#, #""closed_after_seconds": "#]
    ),
    ("soak", "--seconds 8 --bound 1e6", [#""done": 1"#, #""reloads": "#, #""garbage": "#]),
    ("soak", "--control", [#""done": 2"#]),
  ]

  /// One after the other, in a folder that keeps the models.
  @Test func nothingGoesWrong() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-campaigns-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let tessera = try Campaign.program("tessera")
    let load = ["--load", try Campaign.program("crosstalk-load")]
    for form in Self.forms {
      let arguments = form.arguments.split(separator: " ").map(String.init) + (form.script == "crosstalk" ? load : [])
      guard
        let outcome = try await Campaign.run(form.script, arguments + ["--folder", folder.path, "--tessera", tessera])
      else { continue }
      #expect(outcome.status == 0, "\(form.script): \(outcome.text)")
      for figure in form.figures + [#""faults": []"#] {
        #expect(outcome.text.contains(figure), "\(form.script): \(figure) is not in \(outcome.text)")
      }
    }
  }

  @Test(arguments: ["reload", "terminations", "soak"])
  func wrongUsageIsTold(script: String) async throws {
    let outcome = try await Campaign.run(script, ["--tessera", "/nowhere/tessera"])
    guard let outcome else { return }
    #expect(outcome.status == 64)
    #expect(outcome.text.contains("/nowhere/tessera is not there: build it, or name another by --tessera"))
  }
}
