import ArgumentParser

/// Benchmarks on the same workloads, under the same names, as the peers that people would use instead.
@main
struct TesseraBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera-bench",
    abstract: "Times Tessera's compute and serving; each measurement is one line of JSON.",
    subcommands: [
      Step.self, Infer.self, EndToEnd.self, Layers.self, GEMM.self, Accuracy.self, Serve.self, Overload.self,
    ])
}
