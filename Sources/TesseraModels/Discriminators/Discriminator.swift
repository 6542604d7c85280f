public import TesseraNN

/// A network that judges whether an encoded label map is ground truth.
public protocol Discriminator: Sendable {
  /// Judges each map of a batch.
  ///
  /// - Parameter maps: `[batch, channels, height, width]`.
  func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict

  /// The shortest side a map may have.
  var minimumSide: Int { get }
}

/// Label maps as the discriminator sees them, `[batch, channels, height, width]`.
public struct EncodedLabelMaps {
  /// The numbers.
  public let variable: Variable

  /// Marks maps as encoded.
  public init(_ variable: Variable) { self.variable = variable }
}

/// The logits that inputs are ground truth, one per map: `[batch, 1, 1, 1]`.
public struct Verdict {
  /// The numbers.
  public let variable: Variable

  /// Marks numbers as verdicts.
  public init(_ variable: Variable) { self.variable = variable }

  /// Binary cross-entropy against being ground truth (`target` 1) or a prediction (0).
  public func loss(target: Float) -> Variable { binaryCrossEntropy(variable, target: target) }
}
