public import TesseraNN
import TesseraTensor

/// A discriminator that also sees how close each map is to the others of its batch.
///
/// The features of a discriminator, their mean over the places, go through ``MinibatchDiscrimination``; a linear
/// reading of what that finds is added to every logit of the map. This equals a linear last layer on both side by side:
/// on the features as they are and on the closeness at every place.
///
/// Maps are compared within a call: judge ground truth and predictions in calls of their own.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.2.
public struct MinibatchDiscriminator: Discriminator {
  private let judge: any Discriminator
  private let closeness: MinibatchDiscrimination
  private let reading: ParameterKey

  /// Claims `minibatch.weight` and `minibatch.reading`, beside the names of the discriminator.
  ///
  /// - Parameters:
  ///   - scope: that of the discriminator.
  ///   - judge: the discriminator whose features are compared.
  ///   - kernels: numbers that tell a map's closeness, at least 1.
  ///   - width: numbers that each of them compares, at least 1.
  public init(_ scope: ParameterScope, judge: any Discriminator, kernels: Int = 100, width: Int = 5) {
    self.judge = judge
    closeness = MinibatchDiscrimination(
      scope["minibatch"], features: judge.featureCount, kernels: kernels, width: width)
    reading = scope["minibatch"].parameter("reading", [1, kernels], .inverseRoot(fanIn: kernels))
  }

  /// As the discriminator.
  public var minimumSide: Int { judge.minimumSide }

  /// As the discriminator.
  public var featureCount: Int { judge.featureCount }

  /// Judges as the discriminator, with the batch in mind; features and weights are the discriminator's.
  public func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict {
    let verdict = judge(maps, in: pass)
    let (batch, features) = (verdict.features.shape[0], verdict.features.shape[1])
    let pooled = reshape(globalAveragePool(verdict.features), to: [batch, features])
    let found = dense(closeness(pooled, in: pass), pass[reading], nil)
    return Verdict(
      verdict.logits + reshape(found, to: [batch, 1, 1, 1]), features: verdict.features, weights: verdict.weights)
  }
}
