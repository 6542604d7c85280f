import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct OptimizerTests {
  typealias Step = (_ w: inout [Double], _ gradient: [Double], _ step: Int) -> Void

  /// Five steps along gradients that change with the weights: 3w + c.
  static func expectAgreement(
    _ method: Optimizer.Method, decay: Float, rate: Float, _ reference: Step,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var generator = Generator(seed: 40, stream: "optimizer")
    // Longer than one piece of a team's loop, so that its seams are walked too.
    let start = ReferenceMap.random([20_000], &generator)
    let offset = ReferenceMap.random([20_000], &generator)
    let (key, stored) = try build(from: .stored(["w": start.tensor])) { $0.parameter("w", [20_000], .zeros) }
    var values = stored
    var optimizer = Optimizer(method, decay: decay, for: values)
    var expected = start.values
    for step in 1...5 {
      let gradients = valueAndGradients(
        of: values, mode: .inference, generator: Generator(seed: 0, stream: "")
      ) { pass in
        let w = pass[key]
        return (1.5 * sum(w * w) + sum(pass.constant(offset.tensor) * w), ())
      }.gradients
      optimizer.update(&values, along: gradients, rate: rate)
      reference(&expected, zip(expected, offset.values).map { 3 * $0 + $1 }, step)
    }
    #expect(optimizer.state.step == 5)
    expectEqual(
      values.parameters[0], ReferenceMap([20_000], expected), tolerance: 2e-5, "weights", sourceLocation)
  }

  @Test(arguments: [
    (Float(0), false, Float(0)), (0.9, false, 0), (0.9, true, 0), (0.9, false, 0.01), (0.9, true, 0.01),
  ])
  func stochasticGradientDescent(_ momentum: Float, _ nesterov: Bool, _ decay: Float) throws {
    var velocity = [Double](repeating: 0, count: 20_000)
    try Self.expectAgreement(.sgd(momentum: momentum, nesterov: nesterov), decay: decay, rate: 0.05) { w, gradient, _ in
      for k in w.indices {
        let g = gradient[k] + Double(decay) * w[k]
        velocity[k] = Double(momentum) * velocity[k] + g
        w[k] -= 0.05 * (nesterov ? g + Double(momentum) * velocity[k] : velocity[k])
      }
    }
  }

  @Test(arguments: [Float(0), 0.05], [false, true])
  func adam(_ decay: Float, _ decouples: Bool) throws {
    let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-3)
    let method: Optimizer.Method =
      decouples
      ? .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-3) : .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-3)
    var m = [Double](repeating: 0, count: 20_000)
    var v = m
    try Self.expectAgreement(method, decay: decay, rate: 0.02) { w, gradient, step in
      for k in w.indices {
        let g = gradient[k] + (decouples ? 0 : Double(decay) * w[k])
        m[k] = beta1 * m[k] + (1 - beta1) * g
        v[k] = beta2 * v[k] + (1 - beta2) * g * g
        if decouples { w[k] -= 0.02 * Double(decay) * w[k] }
        let mean = m[k] / (1 - pow(beta1, Double(step)))
        let variance = v[k] / (1 - pow(beta2, Double(step)))
        w[k] -= 0.02 * mean / (variance.squareRoot() + epsilon)
      }
    }
  }

  /// A state that was stored goes on exactly as one that was not.
  @Test(arguments: [
    Optimizer.Method.sgd(momentum: 0.9, nesterov: true), .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
  ])
  func theStateIsAllThatIsRemembered(_ method: Optimizer.Method) throws {
    let (key, start) = try build(from: .random(seed: 3)) { $0.parameter("w", [5], .he(fan: 1)) }
    func advance(_ values: inout ParameterSet, _ optimizer: inout Optimizer) {
      let gradients = GradientsTests.differentiate(values) { sum($0[key] * $0[key]) }.gradients
      optimizer.update(&values, along: gradients, rate: 0.1)
    }
    var values = start
    var optimizer = Optimizer(method, decay: 0.1, for: values)
    for _ in 0..<3 { advance(&values, &optimizer) }
    var restored = Optimizer(method, decay: 0.1, for: values)
    let state = optimizer.state
    restored.state = Optimizer.State(step: state.step, first: state.first, second: state.second)
    var other = values
    advance(&values, &optimizer)
    advance(&other, &restored)
    #expect(values.parameters[0].elements == other.parameters[0].elements)
  }

  @Test func momentsOfAnotherMethodAreRefused() async {
    await #expect(processExitsWith: .failure) {
      let values = try build(from: .random(seed: 3)) { $0.parameter("w", [5], .ones) }.values
      let adam = Optimizer(.adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), decay: 0, for: values)
      var sgd = Optimizer(.sgd(momentum: 0.9, nesterov: false), decay: 0, for: values)
      sgd.state = adam.state
    }
  }
}
