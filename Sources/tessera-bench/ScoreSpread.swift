/// Scores of one variant over several seeds.
struct ScoreSpread {
  private(set) var scores: [Double] = []

  mutating func add(_ score: Double) { scores.append(score) }

  var mean: Double { scores.reduce(0, +) / Double(scores.count) }
  var least: Double { scores.min() ?? .nan }
  var most: Double { scores.max() ?? .nan }
}

extension JSONLine {
  /// Adds the mean, the least and the most.
  mutating func add(_ name: String, _ spread: ScoreSpread) {
    add("\(name)_mean", spread.mean)
    add("\(name)_least", spread.least)
    add("\(name)_most", spread.most)
  }
}
