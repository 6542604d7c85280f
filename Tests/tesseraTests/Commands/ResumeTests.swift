import Foundation
import Testing

extension CommandTests {
  /// Trainings that are repeated, or stopped and taken up again.
  struct ResumeTests {
    private static let options = [
      "--width", "4", "--crop", "32x32", "--batch", "2", "--epochs", "4", "--warm-start-epochs", "1", "--threads", "1",
    ]
    private static let weights = ["best.safetensors", "last.safetensors", "state-last.safetensors", "results.csv"]

    @Test func equalSeedsMakeEqualWeightsAndOthersDoNot() async throws {
      let workspace = try await Workspace()
      for (run, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
        expectDone(try await workspace.train(Workspace.tiny + ["--seed", seed], out: run))
      }
      let bytes = try ["a", "b", "c"].map { try workspace.folder.bytes("\($0)/best.safetensors") }
      #expect(bytes[0] == bytes[1])
      #expect(bytes[0] != bytes[2])
    }

    @Test("a training that is terminated and resumed ends where an unbroken one does")
    func resumedRunIsIdentical() async throws {
      let workspace = try await Workspace()
      expectDone(try await workspace.train(Self.options, out: "whole"))

      let run = try Tool.Run(
        ["train", "--data", workspace.path("scenes"), "--out", workspace.path("broken")] + Self.options)
      while run.isRunning, !run.errorsSoFar.contains("epoch 1/") { try await Task.sleep(for: .milliseconds(1)) }
      run.terminate()
      let outcome = try await run.finish()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("--resume"), "says how to go on")
      #expect(!outcome.errors.contains("epoch 4/"), "it stopped before its end")

      expectDone(try await workspace.train(Self.options + ["--resume"], out: "broken"))
      for name in Self.weights {
        #expect(try workspace.folder.bytes("broken/\(name)") == workspace.folder.bytes("whole/\(name)"), "\(name)")
      }
    }

    @Test("a signal after the last step interrupts nothing")
    func completeRunsEndWell() async throws {
      let workspace = try await Workspace()
      let run = try Tool.Run(
        ["train", "--data", workspace.path("scenes"), "--out", workspace.path("run")] + Workspace.tiny)
      // The weights come first of what the last epoch writes.
      while run.isRunning, !workspace.folder.names(in: "run").contains("best.safetensors") {
        try await Task.sleep(for: .milliseconds(1))
      }
      if run.isRunning { run.terminate() }
      let outcome = try await run.finish()
      expectDone(outcome)
      #expect(outcome.errors.contains("\ndone: 1 epoch, best mIoU "), "\(outcome.errors)")
      #expect(!outcome.errors.contains("interrupted"))

      let again = try await workspace.train(Workspace.tiny + ["--resume"])
      expectDone(again)
      #expect(again.errors.contains("\ndone: 1 epoch, best mIoU "), "\(again.errors)")
    }

    @Test(arguments: ["best.safetensors", "last.safetensors", "results.csv", "metrics.jsonl"])
    func whatARunLeftIsNotReplaced(_ name: String) async throws {
      let workspace = try await Workspace(images: 5)
      try workspace.folder.write("kept", to: "run/\(name)")
      expectError(try await workspace.train(), naming: workspace.path("run/\(name)"), "choose another --out")
      expectError(try await workspace.train(Workspace.tiny + ["--resume"]), naming: "no training state")
      #expect(try workspace.folder.bytes("run/\(name)") == Array("kept".utf8))
      #expect(workspace.folder.names(in: "run").allSatisfy { [name, ".lock"].contains($0) })
    }

    @Test func runsAreNeverOverwrittenNorContinuedOtherwise() async throws {
      let workspace = try await Workspace(trained: true)
      let weights = try workspace.folder.bytes("run/best.safetensors")
      expectError(try await workspace.train(), naming: workspace.path("run"), "--resume")
      expectError(
        try await workspace.train(Workspace.tiny + ["--width", "8", "--resume"]), naming: "--width was 4, now 8")
      expectError(try await workspace.train(Workspace.tiny + ["--resume"], out: "nowhere"), naming: "nowhere")
      #expect(try workspace.folder.bytes("run/best.safetensors") == weights)
    }

    @Test func flagsWinOverTheEnvironmentThatOverTheFile() async throws {
      let workspace = try await Workspace()
      try workspace.folder.write("batch: 2\nwidth: 6\nseed: 5\nthreads: 3\n", to: "options.yaml")
      let outcome = try await Tool.run(
        [
          "train", "--data", workspace.path("scenes"), "--out", workspace.path("run"), "--width", "4", "--crop",
          "32x32",
          "--discriminator", "none", "--config", workspace.path("options.yaml"),
        ],
        variables: ["TESSERA_SEED": "9", "TESSERA_WIDTH": "5", "TESSERA_EPOCHS": "1", "TESSERA_THREADS": "1"])
      expectDone(outcome)
      let resolved = String(decoding: try workspace.folder.bytes("run/resolved.yaml"), as: UTF8.self)
      for line in ["batch: 2", "width: 4", "seed: 9", "epochs: 1", "threads: 1"] {
        #expect(resolved.split(separator: "\n").contains(Substring(line)), "\(resolved)")
      }

      let again = ["--config", workspace.path("run/resolved.yaml"), "--resume"]
      expectDone(try await workspace.train(again))
      expectError(try await workspace.train(again + ["--threads", "2"]), naming: "--threads was 1, now 2")
    }
  }
}
