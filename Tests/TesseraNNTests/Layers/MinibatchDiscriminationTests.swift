import TesseraNN
import TesseraTensor
import Testing

@Suite struct MinibatchDiscriminationTests {
  @Test func claimsItsMatrix() throws {
    let values = try build(from: .random(seed: 1)) { MinibatchDiscrimination($0["minibatch"], features: 7) }.values
    #expect(values.names == ["minibatch.weight"])
    #expect(values.parameters.map(\.shape) == [[7, 500]])
  }

  /// Features and matrix together, against the product and the pairs written out.
  @Test(arguments: [4, 1]) func agreesWithItsFormula(_ batch: Int) throws {
    var generator = Generator(seed: 61, stream: "\(batch)")
    let (layer, values) = try build(from: .random(seed: 2)) {
      MinibatchDiscrimination($0, features: 6, kernels: 3, width: 2)
    }
    let x = ReferenceMap.random([batch, 6], &generator)
    let t = ReferenceMap(values.parameters[0])
    let y = evaluate(values) { layer($0.constant(x.tensor), in: $0).value }
    expectEqual(y, PairwiseClosenessTests.reference(MatrixProductTests.reference(x, t), kernels: 3))
    try expectAgreement([x, t]) { v, _ in
      pairwiseCloseness(matrixProduct(v[0], v[1]), kernels: 3)
    } reference: {
      PairwiseClosenessTests.reference(MatrixProductTests.reference($0[0], $0[1]), kernels: 3)
    }
  }

  /// The gradient reaches the layer's own matrix.
  @Test func theMatrixLearns() throws {
    var generator = Generator(seed: 62, stream: "learns")
    let (layer, values) = try build(from: .random(seed: 2)) {
      MinibatchDiscrimination($0, features: 6, kernels: 3, width: 2)
    }
    let x = ReferenceMap.random([4, 6], &generator).tensor
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (sum(layer(pass.constant(x), in: pass)), ())
    }
    #expect(result.gradients.norm > 0)
  }
}
