/// The seconds that each repetition of a piece of work took.
struct Timing {
  private(set) var seconds: [Double] = []

  /// How many repetitions a benchmark may be asked for.
  static let repeats = 1...100_000

  /// Times work after a few runs that do not count, which find memory and plans ready for the others.
  init(repeats: Int, warmUps: Int, _ work: () throws -> Void) rethrows {
    for _ in 0..<warmUps { try work() }
    try measure(repeats: repeats, work)
  }

  /// Adds repetitions.
  mutating func measure(repeats: Int, _ work: () throws -> Void) rethrows {
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      try work()
      add(since: start)
    }
  }

  /// No repetitions yet.
  init() {}

  /// Adds a repetition that ends now.
  mutating func add(since start: ContinuousClock.Instant) {
    seconds.append((ContinuousClock.now - start) / .seconds(1))
  }

  var best: Double { seconds.min() ?? .nan }
  var median: Double { seconds.median }
  var mean: Double { seconds.reduce(0, +) / Double(seconds.count) }
}

extension [Double] {
  /// The middle one, of an even number the larger; not a number without any.
  var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}
