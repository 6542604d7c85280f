import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Batch normalisation with a reference batch at the front.
@Suite struct VirtualBatchNorm2DTests {
  static let training = Mode.training(recordsStatistics: true)

  static func map() -> ReferenceMap {
    var generator = Generator(seed: 69, stream: "map")
    return .random([5, 3, 2, 4], bound: 3, &generator)
  }

  static func expected(_ x: ReferenceMap) -> ReferenceMap {
    let (ones, zeros) = (ReferenceMap([3], [1, 1, 1]), ReferenceMap([3]))
    return VirtualBatchNormalizationTests.reference([x, ones, zeros], references: 2, epsilon: 1e-5)
  }

  /// The evaluation says how many; every activation follows, those of a pass of their own too.
  @Test(arguments: [nil, Activation.relu, .tanh]) func takesTheReferencesOfThePass(_ activation: Activation?) throws {
    let (layer, values) = try build(from: .random(seed: 0)) {
      BatchNorm2D($0, channels: 3, activation: activation)
    }
    let x = Self.map()
    let y = evaluate(values, mode: Self.training, references: 2) { layer($0.constant(x.tensor), in: $0).value }
    expectEqual(y, Self.expected(x).mapped { BatchNormalizationTests.applied(activation, to: $0) })
  }

  /// Running statistics move towards the reference batch's, which are those of the set that stays.
  @Test func recordsTheReferenceBatch() throws {
    let (layer, values) = try BatchNorm2DTests.build(channels: 3, momentum: 1)
    let x = Self.map()
    let result = valueAndGradients(
      of: values, mode: Self.training, references: 2, generator: Generator(seed: 0, stream: "")
    ) { pass in (sum(layer(pass.constant(x.tensor), in: pass)), ()) }
    let front = BatchNormalizationTests.statistics(ReferenceMap([2, 3, 2, 4], Array(x.values[..<48])))
    expectEqual(result.buffers[0], ReferenceMap([3], front.mean))
    expectEqual(result.buffers[1], ReferenceMap([3], front.variance.map { $0 * 16 / 15 }))
  }

  /// In use, and where the running statistics are taken anew, there is no reference batch.
  @Test func inUseThereAreNoReferences() throws {
    let (layer, values) = try BatchNorm2DTests.build(channels: 3)
    let x = Self.map().tensor
    let (with, without) = (
      evaluate(values, references: 2) { layer($0.constant(x), in: $0).value.elements },
      evaluate(values) { layer($0.constant(x), in: $0).value.elements }
    )
    #expect(with == without)
    let calibrations = [2, 0].map { references in
      evaluate(values, mode: .calibration(batch: 0), references: references) {
        layer($0.constant(x), in: $0).value.elements
      }
    }
    #expect(calibrations[0] == calibrations[1])
  }

  /// Another network of the evaluation has a number of its own.
  @Test func aJoinedNetworkHasItsOwn() throws {
    let (layer, values) = try BatchNorm2DTests.build(channels: 3)
    let x = Self.map().tensor
    let (ordinary, own, expected) = evaluate(values, mode: Self.training, references: 2) { pass in
      let others = [0, 2].map { pass.constants(values, mode: Self.training, references: $0) }
      return (
        layer(pass.constant(x), in: others[0]).value.elements, layer(pass.constant(x), in: others[1]).value.elements,
        layer(pass.constant(x), in: pass).value.elements
      )
    }
    #expect(own == expected && ordinary != expected)
    #expect(ordinary == evaluate(values, mode: Self.training) { layer($0.constant(x), in: $0).value.elements })
  }

  @Test func oneValueInTheReferencesHasNoVariance() async {
    await #expect(processExitsWith: .failure) {
      let (layer, values) = try BatchNorm2DTests.build(channels: 2)
      evaluate(values, mode: .training(recordsStatistics: true), references: 1) { pass in
        _ = layer(pass.constant(.zeros([4, 2, 1, 1])), in: pass)
      }
    }
  }
}
