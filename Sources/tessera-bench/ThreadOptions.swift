import ArgumentParser

/// How many threads every benchmark computes with.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads, 1 to 256.") var threads = 2

  func validate() throws { try ValidationError.require(threads, in: 1...256, "threads") }
}
