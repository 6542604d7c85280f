import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct VerdictTests {
  @Test func lossesOfVerdicts() throws {
    let verdicts = Tensor([2, 1, 1, 1], [0, 0])
    let losses = try evaluate(noParameters()) { pass in
      let logits = pass.constant(verdicts)
      return [Float(0), 1].map { Verdict(logits, features: logits).loss(target: $0).value.scalar }
    }
    #expect(losses == [0.6931472, 0.6931472])
  }
}
