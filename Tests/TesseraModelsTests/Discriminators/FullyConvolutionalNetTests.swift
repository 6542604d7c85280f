import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct FullyConvolutionalNetTests {
  @Test(arguments: [(8, 2_769_857), (11, 2_772_929), (21, 2_783_169)])
  func parameterCounts(_ channels: Int, _ expected: Int) {
    #expect(learnedCount(claims { FullyConvolutionalNet($0, channels: channels) }) == expected)
  }

  /// As the authors name the same modules.
  @Test func names() {
    let places = ["conv1", "conv2", "conv3", "conv4", "classifier"]
    let expected = places.flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(claims { FullyConvolutionalNet($0, channels: 11) }.map(\.name) == expected)
  }

  /// What a feature sees, and the last kernel's three steps from feature to feature, sixteen pixels apart.
  @Test func fieldOfView() throws {
    let seen = try pixelsReachingAFeature(height: 32, width: 112, raising: .maps) {
      FullyConvolutionalNet($0, channels: 1)
    }
    #expect(seen + 16 * 3 == 94)
  }

  /// The smallest map has one logit, which is that of every place.
  @Test func smallestSide() throws {
    let (judge, values) = try buildQuickly { FullyConvolutionalNet($0, channels: 2) }
    #expect(judge.minimumSide == 32)
    var state: UInt64 = 5
    let maps = uniform([1, 2, 32, 63], &state)
    let verdict = evaluate(values) { pass in judge(encoded(maps, pass), in: pass).logits.value }
    #expect(verdict.shape == [1, 1, 32, 63])
    #expect(Set(verdict.elements).count == 1 && verdict.nonfiniteCount() == 0)
  }

  /// Void places take no part in the loss, and of half a place half.
  @Test func coverageWeighs() throws {
    let (judge, values) = try buildQuickly { FullyConvolutionalNet($0, channels: 2) }
    var state: UInt64 = 6
    let maps = uniform([1, 2, 32, 64], &state)
    let coverage = Tensor([1, 1, 32, 64], (0..<2048).map { $0 % 64 < 32 ? 0 : $0 % 2 == 0 ? 0.5 : 1 })
    let (logits, weights, loss) = evaluate(values) { pass in
      let images = pass.constant(.zeros([1, 3, 32, 64]))
      let verdict = judge(
        EncodedLabelMaps(pass.constant(maps), images: images, coverage: coverage), in: pass)
      return (verdict.logits.value.elements, verdict.weights, verdict.loss(target: 1).value.scalar)
    }
    #expect(weights?.elements == coverage.elements)
    // One row of logits is made into 32 rows that are alike.
    let parts = (32..<64).map { (weight: $0 % 2 == 0 ? 0.5 : 1.0, loss: log1p(exp(-Double(logits[$0])))) }
    let expected = parts.reduce(0) { $0 + $1.weight * $1.loss } / parts.reduce(0) { $0 + $1.weight }
    #expect(Set(logits.prefix(64)).count > 16 && abs(Double(loss) - expected) < 1e-5)
  }
}
