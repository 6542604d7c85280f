import TesseraNN
import TesseraTensor
import Testing

@Suite struct WeightAverageTests {
  /// A network of one parameter and one buffer, each of these values.
  static func network(_ values: [Float]) throws -> ParameterSet {
    let tensor = Tensor([values.count], values)
    return try build(from: .stored(["w": tensor, "b": tensor])) {
      _ = $0.parameter("w", [values.count], .zeros)
      _ = $0.buffer("b", [values.count], .zeros)
    }.values
  }

  @Test(arguments: [0, 0.3, 0.9] as [Float])
  func followsParametersAndBuffers(_ decay: Float) throws {
    var generator = Generator(seed: 3, stream: "average")
    // Longer than one piece of a team's loop, so that its seams are walked too.
    let start = ReferenceMap.random([20_001], &generator)
    var average = WeightAverage(of: try Self.network(start.tensor.elements), decay: decay)
    var expected = start.values
    for step in 1...12 {
      let next = ReferenceMap.random([20_001], &generator)
      average.add(try Self.network(next.tensor.elements), step: step)
      let kept = min(Double(decay), Double(1 + step) / Double(10 + step))
      expected = zip(expected, next.values).map { kept * $0 + (1 - kept) * $1 }
    }
    for (_, tensor) in average.values.weights {
      expectEqual(tensor, ReferenceMap([20_001], expected), tolerance: 2e-6, "average")
    }
  }
}
