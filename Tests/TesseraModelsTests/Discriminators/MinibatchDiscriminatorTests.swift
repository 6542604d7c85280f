import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct MinibatchDiscriminatorTests {
  static func wrapped(_ scope: ParameterScope) -> MinibatchDiscriminator {
    MinibatchDiscriminator(scope, judge: FieldOfViewNet(scope, .large, channels: 5), kernels: 7, width: 3)
  }

  /// Small numbers in the matrix, so that no distance is out of sight.
  static func build() throws -> (network: MinibatchDiscriminator, values: ParameterSet) {
    var stored = Dictionary(
      uniqueKeysWithValues: try buildQuickly(wrapped).values.weights.map { ($0.name, $0.tensor) })
    var state: UInt64 = 7
    stored["minibatch.weight"] = uniform([512, 21], bound: 0.05, &state)
    return try TesseraNN.build(from: .stored(stored), wrapped)
  }

  /// The wrapped network keeps its names.
  @Test func names() {
    let alone = claims { FieldOfViewNet($0, .large, channels: 5) }
    let both = claims(of: Self.wrapped)
    #expect(both.prefix(alone.count).map(\.name) == alone.map(\.name))
    #expect(both.dropFirst(alone.count).map(\.name) == ["minibatch.weight", "minibatch.reading"])
    #expect(both.dropFirst(alone.count).map(\.shape) == [[512, 21], [1, 7]])
  }

  /// The wrapped verdict plus the closeness written out, from the features that the verdict tells.
  @Test(arguments: [4, 1]) func agreesWithItsDescription(_ batch: Int) throws {
    let (judge, values) = try Self.build()
    #expect(judge.minimumSide == 4 && judge.featureCount == 512)
    var state: UInt64 = 5
    let maps = uniform([batch, 5, 9, 6], &state)
    let stored = Dictionary(uniqueKeysWithValues: values.weights.map { ($0.name, $0.tensor) })
    let (plain, plainValues) = try TesseraNN.build(
      from: .stored(stored.filter { !$0.key.hasPrefix("minibatch") })
    ) { FieldOfViewNet($0, .large, channels: 5) }
    let alone = evaluate(plainValues) { plain(encoded(maps, $0), in: $0).logits.value.elements.map(Double.init) }
    let (logits, features) = evaluate(values) { pass in
      let verdict = judge(encoded(maps, pass), in: pass)
      return (verdict.logits.value, verdict.features.value)
    }
    #expect(features.shape[1] == judge.featureCount)
    let closeness = Self.closeness(
      features, values.parameters[values.parameters.count - 2].elements.map(Double.init), kernels: 7, width: 3)
    let reading = values.parameters[values.parameters.count - 1].elements.map(Double.init)
    let expected = (0..<batch).map { i in
      Float(alone[i] + zip(reading, closeness[i]).reduce(0) { $0 + $1.0 * $1.1 })
    }
    #expect(logits.shape == [batch, 1, 1, 1])
    #expect(deviation(logits, from: Tensor([batch, 1, 1, 1], expected)) < 1e-4)
  }

  /// Σ_{j ≠ i} exp(−‖M_ib − M_jb‖₁) of the mean features times the matrix, `[sample][kernel]`.
  static func closeness(_ features: Tensor, _ matrix: [Double], kernels: Int, width: Int) -> [[Double]] {
    let (batch, count, pixels) = (features.shape[0], features.shape[1], features.shape[2] * features.shape[3])
    let numbers = features.elements.map(Double.init)
    var m = [[Double]](repeating: [Double](repeating: 0, count: kernels * width), count: batch)
    for i in 0..<batch {
      for f in 0..<count {
        let first = (i * count + f) * pixels
        let mean = numbers[first..<first + pixels].reduce(0, +) / Double(pixels)
        for k in 0..<kernels * width { m[i][k] += mean * matrix[f * kernels * width + k] }
      }
    }
    var result = [[Double]](repeating: [Double](repeating: 0, count: kernels), count: batch)
    for i in 0..<batch {
      for j in 0..<batch where j != i {
        for b in 0..<kernels {
          var distance = 0.0
          for k in b * width..<(b + 1) * width { distance += abs(m[i][k] - m[j][k]) }
          result[i][b] += exp(-distance)
        }
      }
    }
    return result
  }

  /// A discriminator of places: its features are its maps.
  struct Places: Discriminator {
    let minimumSide = 1
    let featureCount = 2

    func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict {
      let logits = channels(maps.variable, 0..<1)
      return Verdict(logits, features: maps.variable, weights: .filled(logits.shape, with: 0.5))
    }
  }

  /// Every place of a map gets the map's own number; features and weights stay the judge's.
  @Test func placesShareTheirMapsCloseness() throws {
    let (judge, values) = try TesseraNN.build(
      from: .stored(["minibatch.weight": Tensor([2, 1], [1, 0]), "minibatch.reading": Tensor([1, 1], [10])])
    ) { MinibatchDiscriminator($0, judge: Places(), kernels: 1, width: 1) }
    let maps = Tensor([2, 2, 1, 2], [1, 3, 5, 5, 2, 6, 7, 7])
    let verdict = evaluate(values) { judge(encoded(maps, $0), in: $0) }
    // The means of the first channel are 2 and 4.
    let shift = Float(10 * exp(-2.0))
    #expect(verdict.logits.shape == [2, 1, 1, 2])
    let wrong = zip(verdict.logits.value.elements, [1, 3, 2, 6] as [Float]).first { abs($0 - $1 - shift) > 1e-5 }
    #expect(wrong == nil)
    #expect(verdict.features.value.elements == maps.elements)
    #expect(verdict.weights?.elements == [0.5, 0.5, 0.5, 0.5])
  }

  /// Both of its own parameters and the maps get gradients.
  @Test func everythingLearns() throws {
    let (judge, values) = try Self.build()
    var state: UInt64 = 6
    let maps = uniform([3, 5, 8, 8], &state)
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (judge(encoded(maps, pass), in: pass).loss(target: 1), ())
    }
    #expect(result.gradients.tensors.allSatisfy { $0.sumOfSquares() > 0 })
  }
}
