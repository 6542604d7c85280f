import ArgumentParser
import TesseraNN

/// What the generator makes of the discriminator's verdict.
///
/// Source: Goodfellow et al. 2014 (arXiv:1406.2661), equation 1 and the end of section 3.
enum GeneratorObjective: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// Maximise ln D(G(z)): strong gradients also where the discriminator is sure.
  case nonsaturating
  /// Minimise ln(1 − D(G(z))): the value of the game itself.
  case minimax

  func loss(_ logits: Variable) -> Variable {
    switch self {
    case .nonsaturating: binaryCrossEntropy(logits, target: 1)
    case .minimax: -1 * binaryCrossEntropy(logits, target: 0)
    }
  }
}
