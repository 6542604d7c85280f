import TesseraModels
import TesseraNN

/// What the segmenter is told by the discriminator.
public enum AdversarialTerm: String, CaseIterable, Hashable, Sendable, Codable {
  /// −λ · l_bce(a(x, s(x)), 0): the objective as written, whose gradient vanishes where the discriminator is sure.
  case minimax
  /// +λ · l_bce(a(x, s(x)), 1): the same fixed point with a gradient that does not vanish; the paper's own choice.
  case nonsaturating
  /// +λ · ‖E f(x, y) − E f(x, s(x))‖² of the discriminator's last hidden maps f.
  ///
  /// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.1.
  case featureMatching

  /// What predictions are held against, where the term asks for it.
  ///
  /// - Parameter truth: the verdict on ground truth.
  func reference(_ truth: () -> Verdict) -> Variable? { self == .featureMatching ? truth().features : nil }

  /// The term, without λ.
  ///
  /// - Parameters:
  ///   - prediction: the verdict on predictions.
  ///   - reference: what ``reference(_:)`` gave.
  func loss(_ prediction: Verdict, reference: Variable?) -> Variable {
    switch self {
    case .minimax: return -1 * prediction.loss(target: 0)
    case .nonsaturating: return prediction.loss(target: 1)
    case .featureMatching:
      guard let reference else { preconditionFailure("AdversarialTerm: nothing to match features with") }
      return TesseraNN.featureMatching(reference, prediction.features)
    }
  }
}
