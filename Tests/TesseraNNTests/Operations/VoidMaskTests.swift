import TesseraNN
import TesseraTensor
import Testing

@Suite struct VoidMaskTests {
  @Test(arguments: [[2, 5, 3, 4], [1, 16, 1, 5], [1, 1, 1, 1], [1, 3, 11, 13]])
  func zeroesVoidPixels(_ shape: [Int]) throws {
    var generator = Generator(seed: 30, stream: "\(shape)")
    let pixels = shape[2] * shape[3]
    let indices = (0..<shape[0] * pixels).map { _ in generator.uniform() < 0.4 ? LabelBatch.void : 0 }
    let labels = LabelBatch(shape: [shape[0], shape[2], shape[3]], classCount: 1, indices: indices)
    try expectAgreement([.random(shape, &generator)]) { v, _ in
      maskVoid(v[0], labels)
    } reference: { inputs in
      ReferenceMap(
        shape,
        inputs[0].values.enumerated().map { k, value in
          indices[k / (shape[1] * pixels) * pixels + k % pixels] == LabelBatch.void ? 0 : value
        })
    }
  }

  /// What a void pixel holds must not matter, not even if it is no number.
  @Test func voidHidesWhatIsNotANumber() {
    let x = Tensor([1, 2, 1, 2], [.nan, 1, .infinity, 2])
    let labels = LabelBatch(shape: [1, 1, 2], classCount: 2, indices: [LabelBatch.void, 1])
    let y = evaluate(noParameters()) { pass in maskVoid(pass.constant(x), labels).value.elements }
    #expect(y == [0, 1, 0, 2])
  }
}
