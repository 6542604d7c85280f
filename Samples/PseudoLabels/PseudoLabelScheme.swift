import Digits
import TesseraNN
import TesseraTensor

/// What a classifier is told that a generated digit is.
///
/// Source: Zheng et al. 2017 (arXiv:1701.07717), sections 3.3 and 4.3.
enum PseudoLabelScheme: String, CaseIterable, Sendable {
  /// Nothing: it learns from written digits alone.
  case none
  /// One more class, the same for all.
  case allInOne = "all-in-one"
  /// What it takes it for at that moment; such digits count a tenth.
  case oneHot = "one-hot"
  /// All ten alike: label smoothing regularisation for outliers.
  case uniform

  /// Classes that the classifier tells apart.
  var classCount: Int { self == .allInOne ? DigitSet.classCount + 1 : DigitSet.classCount }

  /// How far generated digits count.
  private static let oneHotWeight: Float = 0.1

  /// The loss of generated digits, the mean over them; nil where they have no part.
  ///
  /// - Parameter logits: `[batch, classes]`.
  func loss(_ logits: Variable) -> Variable? {
    switch self {
    case .none: return nil
    case .allInOne:
      return labelled(logits, [UInt16](repeating: UInt16(DigitSet.classCount), count: logits.shape[0]))
    case .oneHot: return Self.oneHotWeight * labelled(logits, logits.asMap.value.largestChannel())
    case .uniform: return uniformCrossEntropy(logits)
    }
  }

  private func labelled(_ logits: Variable, _ indices: [UInt16]) -> Variable {
    crossEntropy(logits.asMap, LabelBatch(shape: [indices.count, 1, 1], classCount: classCount, indices: indices))
  }
}
