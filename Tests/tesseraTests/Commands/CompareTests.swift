import Foundation
import Testing

extension CommandTests {
  /// Runs beside their twins and each other.
  struct CompareTests {
    private static let options = [
      "--width", "2", "--crop", "32x32", "--batch", "2", "--epochs", "2", "--warm-start-epochs", "1", "--threads", "1",
      "--discriminator", "smallfovlight",
    ]

    @Test func aTwinIsTrainedAndCompared() async throws {
      let workspace = try await Workspace()
      let outcome = try await workspace.train(Self.options + ["--twin"])
      expectDone(outcome)
      #expect(outcome.output.contains("lambda 0.0") && outcome.output.contains("lambda 0.1"), "\(outcome.output)")
      #expect(outcome.errors.contains("adversary "), "a verdict: \(outcome.errors)")
      #expect(workspace.folder.names(in: "run/twin").contains("best.safetensors"))
      let again = try await Tool.run(["compare", workspace.path("run/twin"), workspace.path("run")])
      expectDone(again)
      #expect(again.output == outcome.output)
      let json = try await Tool.run(["compare", "--json", workspace.path("run")])
      expectDone(json)
      let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      #expect((object?["groups"] as? [Any])?.count == 1)
      // Both are complete: to resume them trains nothing and compares them again.
      let resumed = try await workspace.train(Self.options + ["--twin", "--resume"])
      expectDone(resumed)
      #expect(resumed.output == outcome.output)
    }

    @Test func aRunWithoutAdversaryHasNoTwin() async throws {
      let workspace = try await Workspace()
      let outcome = try await workspace.train(Self.options + ["--twin", "--lambda", "0"])
      expectError(outcome, status: 64, naming: "--twin", "its own twin")
    }

    @Test func whatIsNoRunOrNamedTwiceIsRefused() async throws {
      let workspace = try await Workspace()
      expectError(
        try await Tool.run(["compare", workspace.path("scenes")]), status: 1, naming: "scenes/resolved.yaml",
        "name a folder that tessera train wrote")
      expectError(try await Tool.run(["compare", "a", "b", "a"]), status: 64, naming: "a is named more than once")
    }
  }
}
