import ArgumentParser

/// Benchmarks on the same workloads, under the same names, as the peers that people would use instead.
@main
struct TesseraBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera-bench",
    abstract: "Times Tessera's compute; each benchmark prints one JSON line.",
    subcommands: [Step.self, Layers.self])
}
