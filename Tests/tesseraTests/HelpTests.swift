import Foundation
import Testing

extension CommandTests {
  /// What `--help` promises.
  struct HelpTests {
    /// Each command with the options that it takes.
    private static let options: [String: [String]] = [
      "train": [
        "--data", "--out", "--resume", "--threads", "--arch", "--width", "--discriminator", "--encoding", "--lambda",
        "--adversarial-term", "--warm-start-epochs", "--epochs", "--batch", "--crop", "--scale", "--flip",
        "--class-weighting", "--precision", "--optimizer", "--learning-rate", "--schedule", "--seed", "--config",
      ],
      "evaluate": ["--model", "--predictions", "--data", "--split", "--json", "--threads"],
      "predict": ["--model", "<input>", "--out", "--overlay", "--probabilities", "--tile", "--threads"],
      "validate": ["<map>", "--data", "--classes", "--json"],
      "serve": [
        "--model", "--default", "--listen", "--admin", "--name", "--threads", "--queue-requests", "--max-connections",
        "--max-batch", "--batch-delay-ms", "--log-format", "--log-level", "--config",
        "--tls-certificate", "--tls-key", "--tls-client-ca", "--tokens", "--insecure", "--proxy-protocol",
      ],
      "request": [
        "--server", "<input>", "--out", "--model", "--weights", "--list", "--connections", "--in-flight", "--deadline",
        "--retries", "--overlay", "--probabilities", "--tls", "--tls-ca",
        "--tls-server-name", "--tls-certificate", "--tls-key", "--token-file",
      ],
      "token": ["<name>"],
      "conform": [
        "<host:port>", "--tls", "--tls-ca", "--tls-server-name", "--tls-certificate", "--tls-key", "--token-file",
        "--proxy-protocol", "--json",
      ],
      "inspect": ["<file>"],
      "synthesize": ["--out", "--images", "--size", "--seed"],
      "doctor": ["--json"],
    ]

    @Test("the commands are those that the table names")
    func commandsAreListed() async throws {
      let help = try await Tool.run(["--help"])
      expectDone(help)
      for command in Self.options.keys { #expect(help.output.contains("\n  \(command) "), "\(command)") }
    }

    @Test(arguments: options.keys.sorted())
    func helpNamesEachOptionAndAnExample(_ command: String) async throws {
      let help = try await Tool.run([command, "--help"])
      expectDone(help)
      #expect(help.errors.isEmpty)
      for option in try #require(Self.options[command]) { #expect(help.output.contains(option), "\(option)") }
      #expect(help.output.contains("Example:"))
      for example in help.outputLines where example.hasPrefix("  tessera ") {
        let words = example.split(separator: " ").dropFirst()
        let options = Self.options[String(try #require(words.first))]
        let used = words.filter { $0.hasPrefix("--") }.map(String.init)
        #expect(options != nil && used.allSatisfy { options?.contains($0) == true }, "\(example)")
      }
    }

    @Test func versionIsANumber() async throws {
      let outcome = try await Tool.run(["--version"])
      expectDone(outcome)
      #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(outcome.output)")
    }

    @Test(
      arguments: [
        ["conquer"], ["train"], ["evaluate", "--data", "x"],
        ["evaluate", "--data", "x", "--model", "a", "--predictions", "b"],
        ["evaluate", "--data", "x", "--model", "a", "--split", "tomorrow"], ["predict", "--model", "m", "--out", "o"],
        ["validate"], ["validate", "a.png"], ["validate", "--data", "x", "--classes", "y"],
        ["synthesize", "--out", "o", "--size", "3by4"], ["synthesize", "--out", "o", "--size", "15x16"],
        ["synthesize", "--out", "o", "--size", "16x4097"], ["synthesize", "--out", "o", "--images", "1"],
        ["serve"], ["serve", "--model", "m", "--listen", "here"], ["serve", "--model", "m", "--listen", ":7450"],
        ["serve", "--model", "m", "--listen", "127.0.0.1:65536"], ["serve", "--model", "m", "--name", "Street map"],
        ["serve", "--model", "m", "--threads", "0"], ["serve", "--model", "m", "--queue-requests", "none"],
        ["serve", "--model", "m", "--admin", "7451"], ["serve", "--model", "m", "--listen", "systemd:"],
        ["serve", "--model", "m", "--log-format", "xml"], ["serve", "--model", "m", "--log-level", "loud"],
        ["serve", "--model", "m", "--max-connections", "0"], ["serve", "--model", "m", "--config", "missing.yaml"],
        ["serve", "--model", "m", "--tls-certificate", "c"], ["serve", "--model", "m", "--tls-key", "k"],
        ["serve", "--model", "m", "--tls-client-ca", "c"], ["token"], ["token", "Camera 1"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--tls-ca", "c"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--tls", "--tls-key", "k"],
        ["conform"], ["conform", "here"], ["conform", "127.0.0.1:0"], ["conform", "127.0.0.1:7450", "--token-file"],
        ["conform", "127.0.0.1:7450", "--token", "secret"],
        ["request", "a.png", "--out", "o"], ["request", "--server", "here", "a.png", "--out", "o"],
        ["request", "--server", "127.0.0.1:0", "a.png", "--out", "o"],
        ["request", "--server", "127.0.0.1:7450", "--out", "o"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--model", "Street map"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--model", "street@0"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--model", "street@x"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--list"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--connections", "0"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--in-flight", "65"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--deadline", "0"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--deadline", "nan"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--retries", "21"],
        ["request", "--server", "127.0.0.1:7450", "a.png", "--out", "o", "--weights", "12ab"],
        ["request", "--server", "127.0.0.1:7450", "--list", "--weights", "12ab"],
        ["request", "--server", "127.0.0.1:7450", "a.png"],
        ["serve", "--model", "a", "--model", "b"], ["serve", "--model", "a=x", "--model", "a=y"],
        ["serve", "--model", "a="], ["serve", "--model", "a=x", "--name", "b"],
        ["serve", "--model", "a=x", "--default", "b"],
        ["train", "--data", "x", "--out", "y", "--epochs", "many"],
        ["train", "--data", "x", "--out", "y", "--epochs", "0"],
        ["train", "--data", "x", "--out", "y", "--precision", "f16"],
        ["train", "--data", "x", "--out", "y", "--threads", "0"],
        ["inspect"], ["doctor", "--everything"],
      ])
    func wrongUsageEndsWith64(_ arguments: [String]) async throws {
      let outcome = try await Tool.run(arguments)
      expectError(outcome, status: 64)
      #expect(outcome.output.isEmpty)
      guard let command = arguments.first, Self.options[command] != nil else { return }
      #expect(outcome.errors.contains("Usage: tessera \(command) "), "\(outcome.errors)")
    }
  }
}
