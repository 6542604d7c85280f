import Foundation
import Testing

extension CommandTests {
  /// Errors about options, which name the place that the value came from.
  struct OptionLayersTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func train(_ options: [String], variables: [String: String] = [:]) async throws -> Tool.Outcome {
      try await Tool.run(["train", "--data", "x", "--out", "y"] + options, variables: variables)
    }

    @Test func wrongValuesNameTheirSource() async throws {
      let remedy = "give a whole number from 0 to 2147483647"
      expectError(
        try await train(["--epochs", "many"]), status: 64, naming: "--epochs many cannot be used; \(remedy)")
      expectError(
        try await train([], variables: ["TESSERA_EPOCHS": "many"]), status: 64,
        naming: "TESSERA_EPOCHS=many: cannot be used; \(remedy)")
      expectError(
        try await train([], variables: ["TESSERA_THREADS": "0"]), status: 64,
        naming: "TESSERA_THREADS=0: cannot be used; give a whole number from 1 to 256")
      try folder.write("batch: 2\nepochs: many\n", to: "train.yaml")
      let file = folder.path("train.yaml")
      expectError(
        try await train(["--config", file]), status: 64, naming: "\(file): epochs: many cannot be used; \(remedy)")
      expectError(
        try await train(["--config", file], variables: ["TESSERA_EPOCHS": "few"]), status: 64,
        naming: "TESSERA_EPOCHS=few: ")
      expectError(
        try await train(["--config", file, "--epochs", "9"], variables: ["TESSERA_LAMBDA": "-1"]), status: 64,
        naming: "TESSERA_LAMBDA=-1: cannot be used; give 0 to 1000000")
    }

    @Test func sizesThatTheDataDoesNotAllowNameTheirSource() async throws {
      let workspace = try await Workspace()
      let outcome = try await Tool.run(
        ["train", "--data", workspace.path("scenes"), "--out", workspace.path("run"), "--threads", "1"],
        variables: ["TESSERA_CROP": "3x3"])
      expectError(outcome, naming: "TESSERA_CROP=3x3: cannot be used; give sides of ")
    }

    @Test func unknownKeysBringTheNearestName() async throws {
      for (text, parts) in [
        ("learning_rate: 1", ["learning_rate: there is no such option; did you mean learning-rate?"]),
        (
          "zzzzzzzzzzzzzzzz: 1",
          ["zzzzzzzzzzzzzzzz: there is no such option; known are adversarial-term, alternation, arch, "]
        ),
        ("- epochs", ["this is no list of options", "epochs: 30"]), ("epochs: [1]", ["this is no list of options"]),
      ] {
        try folder.write(text, to: "train.yaml")
        let outcome = try await train(["--config", folder.path("train.yaml")])
        expectError(outcome, status: 64, naming: folder.path("train.yaml"))
        for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
      }
      expectError(
        try await train(["--config", folder.path("gone.yaml")]), status: 64, naming: folder.path("gone.yaml"),
        "cannot be read")
    }
  }
}
