import TesseraModels
import TesseraNN

/// What the segmenter is told by the discriminator.
public enum AdversarialTerm: String, CaseIterable, Hashable, Sendable, Codable {
  /// −λ · l_bce(a(x, s(x)), 0): the objective as written, whose gradient vanishes where the discriminator is sure.
  case minimax
  /// +λ · l_bce(a(x, s(x)), 1): the same fixed point with a gradient that does not vanish; the paper's own choice.
  case nonsaturating

  /// The term, without λ, of the verdicts on predictions.
  func loss(_ verdict: Verdict) -> Variable {
    switch self {
    case .minimax: -1 * verdict.loss(target: 0)
    case .nonsaturating: verdict.loss(target: 1)
    }
  }
}
