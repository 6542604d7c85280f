import TesseraNN
import TesseraTensor
import Testing

@Suite struct ParameterSetTests {
  /// Keeping old weights is an assignment: a step writes a copy, or in place where nobody else looks.
  @Test func anOldCopyKeepsItsNumbers() throws {
    let (key, start) = try build(from: .random(seed: 0)) { $0.parameter("w", [3], .ones) }
    var values = start
    let kept = values
    var optimizer = Optimizer(.sgd(momentum: 0.9, nesterov: false), decay: 0, for: values)
    let keptOptimizer = optimizer
    for _ in 0..<2 {
      let gradients = GradientsTests.differentiate(values) { sum($0[key]) }.gradients
      optimizer.update(&values, along: gradients, rate: 0.5)
    }
    #expect(values.parameters[0].elements == [-0.45, -0.45, -0.45])
    #expect(kept.parameters[0].elements == [1, 1, 1])
    #expect(keptOptimizer.state.step == 0 && keptOptimizer.state.first[0].elements == [0, 0, 0])
    #expect(optimizer.state.step == 2)
  }

  @Test func buffersKeepTheirShapes() async {
    await #expect(processExitsWith: .failure) {
      var values = try build(from: .random(seed: 0)) { $0.buffer("b", [2], .zeros) }.values
      values.buffers = [.zeros([3])]
    }
  }
}
