import TesseraTensor

/// Tells a discriminator how close each sample is to the others of its batch, so that a generator that always makes the
/// same is found out.
///
/// Features f are multiplied by a learned matrix T, and compared kernel by kernel as ``pairwiseCloseness(_:kernels:)``
/// says. The result goes beside the features into the next layer. True and generated samples are given separately,
/// since each is compared with its own kind.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.2, with 100 kernels of width 5.
public struct MinibatchDiscrimination: Sendable {
  /// T, `[features, kernels · width]`.
  public let weight: ParameterKey
  /// B, the numbers that a sample gets.
  public let kernels: Int

  /// Claims `weight`, which starts by ``Initialization/inverseRoot(fanIn:)``.
  ///
  /// - Parameters:
  ///   - features: A, numbers of a sample.
  ///   - kernels: B, at least 1.
  ///   - width: C, numbers that a kernel compares, at least 1.
  public init(_ scope: ParameterScope, features: Int, kernels: Int = 100, width: Int = 5) {
    precondition(
      features >= 1 && kernels >= 1 && width >= 1,
      "MinibatchDiscrimination: \(features) features, \(kernels) kernels of width \(width)")
    self.kernels = kernels
    weight = scope.parameter("weight", [features, kernels * width], .inverseRoot(fanIn: features))
  }

  /// `[batch, features]` to `[batch, kernels]`.
  public func callAsFunction(_ features: Variable, in pass: ForwardPass) -> Variable {
    pairwiseCloseness(matrixProduct(features, pass[weight]), kernels: kernels)
  }
}
