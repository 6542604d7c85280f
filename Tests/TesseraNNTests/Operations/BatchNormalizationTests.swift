import TesseraTensor
import Testing

@testable import TesseraNN

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct BatchNormalizationTests {
  static let shapes = [
    [2, 5, 3, 4], [1, 16, 5, 3], [3, 11, 1, 4], [2, 17, 4, 1], [4, 1, 1, 1], [1, 48, 2, 2], [2, 32, 3, 3],
  ]

  static func statistics(_ x: ReferenceMap) -> (mean: [Double], variance: [Double]) {
    let (channels, pixels) = (x.shape[1], x.shape[2] * x.shape[3])
    let count = Double(x.shape[0] * pixels)
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for (k, value) in x.values.enumerated() { mean[k / pixels % channels] += value / count }
    for (k, value) in x.values.enumerated() {
      let channel = k / pixels % channels
      variance[channel] += (value - mean[channel]) * (value - mean[channel]) / count
    }
    return (mean, variance)
  }

  /// Inputs are x, γ and β.
  static func reference(
    _ inputs: [ReferenceMap], given: (mean: [Double], variance: [Double])? = nil, epsilon: Double,
    activation: Activation?
  ) -> ReferenceMap {
    let x = inputs[0]
    let used = given ?? statistics(x)
    let pixels = x.shape[2] * x.shape[3]
    return ReferenceMap(
      x.shape,
      x.values.enumerated().map { k, value in
        let channel = k / pixels % x.shape[1]
        let normal = (value - used.mean[channel]) / (used.variance[channel] + epsilon).squareRoot()
        let y = inputs[1].values[channel] * normal + inputs[2].values[channel]
        return applied(activation, to: y)
      })
  }

  static func applied(_ activation: Activation?, to y: Double) -> Double {
    switch activation {
    case nil: y
    case .relu: max(y, 0)
    case .hardSwish: y * min(max(y + 3, 0), 6) / 6
    default: Glibc.tanh(y)
    }
  }

  /// The last is a pass of its own.
  static let activations: [Activation?] = [nil, .relu, .hardSwish, .tanh]

  static func inputs(_ shape: [Int], _ generator: inout Generator) -> [ReferenceMap] {
    let x = ReferenceMap.random(shape, bound: 2, &generator).mapped { Double(Float($0 + 0.5)) }
    return [x, .random([shape[1]], bound: 1.5, &generator), .random([shape[1]], bound: 0.5, &generator)]
  }

  /// Its gradient cancels almost to nothing, hence the wider tolerance.
  static let tolerance = Tolerance(value: 2e-5, gradient: 2e-4)

  @Test(arguments: shapes, activations)
  func statisticsOfTheBatch(_ shape: [Int], _ activation: Activation?) throws {
    var generator = Generator(seed: 23, stream: "\(shape)")
    // A large ε, else the gradient of four values or fewer is all cancellation.
    let epsilon = Float(0.125)
    try expectAgreement(Self.inputs(shape, &generator), tolerance: Self.tolerance) { v, _ in
      batchNormalize(v[0], scale: v[1], shift: v[2], given: nil, epsilon: epsilon, activation: activation).output
    } reference: {
      Self.reference($0, epsilon: Double(epsilon), activation: activation)
    }
  }

  @Test(arguments: shapes + [[1, 3, 1, 1]], activations)
  func givenStatistics(_ shape: [Int], _ activation: Activation?) throws {
    var generator = Generator(seed: 24, stream: "\(shape)")
    let inputs = Self.inputs(shape, &generator)
    let mean = ReferenceMap.random([shape[1]], &generator)
    let variance = ReferenceMap.random([shape[1]], &generator).mapped { $0 * $0 + 0.25 }
    let epsilon = Float(1e-5)
    try expectAgreement(inputs, tolerance: Self.tolerance) { v, _ in
      let given = BatchNormalization.Statistics(mean: mean.tensor, variance: variance.tensor)
      return batchNormalize(v[0], scale: v[1], shift: v[2], given: given, epsilon: epsilon, activation: activation)
        .output
    } reference: {
      Self.reference($0, given: (mean.values, variance.values), epsilon: Double(epsilon), activation: activation)
    }
  }

  @Test(arguments: shapes, [Layout.rows, .channelsLast, .blocked])
  func theStatisticsThatWereUsed(_ shape: [Int], _ layout: Layout) {
    var generator = Generator(seed: 25, stream: "\(shape)")
    let inputs = Self.inputs(shape, &generator)
    let used = evaluate(noParameters()) { pass in
      batchNormalize(
        relaid(pass.constant(inputs[0].tensor), in: layout), scale: pass.constant(inputs[1].tensor),
        shift: pass.constant(inputs[2].tensor), given: nil, epsilon: 1e-5, activation: nil
      ).statistics
    }
    let expected = Self.statistics(inputs[0])
    expectEqual(used.mean, ReferenceMap([shape[1]], expected.mean), "mean")
    expectEqual(used.variance, ReferenceMap([shape[1]], expected.variance), "variance")
  }

  /// A shift of 1 would show in the padding of the last block.
  @Test(arguments: activations)
  func paddingOfBlocksStaysZero(_ activation: Activation?) {
    var generator = Generator(seed: 26, stream: "padding")
    let x = ReferenceMap.random([2, 11, 3, 3], &generator)
    let (total, expected) = evaluate(noParameters()) { pass in
      let y = batchNormalize(
        relaid(pass.constant(x.tensor), in: .blocked), scale: pass.constant(.filled([11], with: 1)),
        shift: pass.constant(.filled([11], with: 1)), given: nil, epsilon: 1e-5, activation: activation
      ).output.value
      return (y.total(), y.elements.reduce(0) { $0 + Double($1) })
    }
    #expect(abs(total - expected) < 1e-4)
  }

  /// A channel that never changes has no variance; ε keeps it finite.
  @Test func constantChannels() {
    let y = evaluate(noParameters()) { pass in
      batchNormalize(
        pass.constant(.filled([2, 3, 4, 4], with: 7)), scale: pass.constant(.filled([3], with: 2)),
        shift: pass.constant(.filled([3], with: 0.5)), given: nil, epsilon: 1e-5, activation: nil
      ).output.value.elements
    }
    #expect(Set(y) == [0.5])
  }
}
