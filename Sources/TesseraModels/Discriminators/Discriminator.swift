public import TesseraNN

/// A network that judges whether encoded label maps are ground truth.
public protocol Discriminator: Sendable {
  /// Judges each map of a batch, or each place of it.
  func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict

  /// The shortest side a map may have.
  var minimumSide: Int { get }

  /// Channels of a verdict's features.
  var featureCount: Int { get }
}
