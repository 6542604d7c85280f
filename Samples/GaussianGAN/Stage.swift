/// A moment of the game that is worth a picture.
struct Stage: Sendable {
  let title: String
  let pair: AdversarialPair
}

/// The four moments of the paper's first figure.
///
/// The first three are played on a copy of the pair, one player at a time, so that each shows one move; the last is
/// where Algorithm 1 comes to rest.
///
/// Source: Goodfellow et al. 2014 (arXiv:1406.2661), figure 1.
enum FourStages {
  /// Steps of the discriminator from random to partly right.
  static let partSteps = 30
  /// Steps of the discriminator from there to nearly optimal.
  static let optimalSteps = 1500
  /// Steps of the generator that make its move visible.
  static let moveSteps = 40

  /// Plays the first three moments.
  static func opening(_ training: AlgorithmOne) -> [Stage] {
    var study = training
    for _ in 0..<partSteps { _ = study.discriminatorStep() }
    let first = Stage(title: "(a) G untrained, D partly right", pair: study.pair)
    for _ in 0..<optimalSteps { _ = study.discriminatorStep() }
    let second = Stage(title: "(b) D near its optimum p/(p+q)", pair: study.pair)
    for _ in 0..<moveSteps { _ = study.generatorStep() }
    return [first, second, Stage(title: "(c) G moves to where D is high", pair: study.pair)]
  }
}
