import TesseraNN
import TesseraTensor
import Testing

@Suite struct WeightNormalizedDenseTests {
  @Test func claimsDirectionLengthAndBias() throws {
    let values = try build(from: .random(seed: 1)) { WeightNormalizedDense($0["fc"], from: 7, to: 3) }.values
    #expect(values.names == ["fc.weight_v", "fc.weight_g", "fc.bias"])
    #expect(values.parameters.map(\.shape) == [[3, 7], [3, 1], [3]])
    #expect(values.parameters[1].elements == [1, 1, 1] && values.parameters[2].elements == [0, 0, 0])
  }

  /// x · (g · v / ‖v‖)ᵀ + b with numbers of every sign.
  @Test func agreesWithItsFormula() throws {
    var generator = Generator(seed: 63, stream: "layer")
    let stored = [[3, 7], [3, 1], [3]].map { ReferenceMap.random($0, &generator) }
    let names = ["weight_v", "weight_g", "bias"]
    let (layer, values) = try build(
      from: .stored(Dictionary(uniqueKeysWithValues: zip(names, stored.map(\.tensor))))
    ) { WeightNormalizedDense($0, from: 7, to: 3) }
    let x = ReferenceMap.random([4, 7], &generator)
    let w = RowNormalizationTests.reference(stored[0], lengths: stored[1])
    let y = evaluate(values) { layer($0.constant(x.tensor), in: $0).value }
    expectEqual(y, DenseProductTests.reference(x, w, stored[2]))
  }
}
