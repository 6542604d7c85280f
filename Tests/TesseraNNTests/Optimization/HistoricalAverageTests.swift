import TesseraNN
import TesseraTensor
import Testing

@Suite struct HistoricalAverageTests {
  static func set(_ numbers: [Float]) throws -> ParameterSet {
    try build(from: .stored(["w": Tensor([numbers.count], numbers)])) {
      $0.parameter("w", [numbers.count], .zeros)
    }.values
  }

  static func gradients(_ numbers: [Float]) throws -> Gradients {
    let (key, values) = try build(from: .stored(["w": .zeros([numbers.count])])) {
      $0.parameter("w", [numbers.count], .zeros)
    }
    return valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (sum(pass.constant(Tensor([numbers.count], numbers)) * pass[key]), ())
    }.gradients
  }

  @Test func withoutAPastThereIsNoPenalty() throws {
    let values = try Self.set([3, -1])
    var gradients = try Self.gradients([1, 2])
    #expect(HistoricalAverage(of: values, weight: 5).penalize(&gradients, at: values) == 0)
    #expect(gradients.tensors[0].elements == [1, 2])
  }

  /// The mean of 1, 2 and 6 is 3, that of 0, 0 and 3 is 1; at 5 and 0 the distances are 2 and −1.
  @Test func pullsToTheMeanOfThePast() throws {
    var average = HistoricalAverage(of: try Self.set([0, 0]), weight: 0.5)
    for past in [[1, 0], [2, 0], [6, 3]] as [[Float]] { average.add(try Self.set(past)) }
    #expect(average.state.count == 3)
    #expect(zip(average.state.mean[0].elements, [3, 1] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 })
    var gradients = try Self.gradients([10, 10])
    let penalty = average.penalize(&gradients, at: try Self.set([5, 0]))
    #expect(abs(penalty - 0.5 * 5) < 1e-6)
    #expect(zip(gradients.tensors[0].elements, [12, 9] as [Float]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// The gradient is that of the penalty by finite differences.
  @Test func theGradientIsThePenaltys() throws {
    var generator = Generator(seed: 64, stream: "history")
    let past = (0..<4).map { _ in ReferenceMap.random([5], &generator) }
    let now = ReferenceMap.random([5], &generator)
    var average = HistoricalAverage(of: try Self.set([0, 0, 0, 0, 0]), weight: 0.7)
    for past in past { average.add(try Self.set(past.tensor.elements)) }
    func penalty(_ x: [Double]) -> Double {
      var sum = 0.0
      for k in x.indices {
        let distance = x[k] - past.reduce(0) { $0 + $1.values[k] } / 4
        sum += distance * distance
      }
      return 0.7 * sum
    }
    var gradients = try Self.gradients([0, 0, 0, 0, 0])
    let found = average.penalize(&gradients, at: try Self.set(now.tensor.elements))
    #expect(abs(found - penalty(now.values)) < 1e-6)
    for k in 0..<5 {
      var (after, before) = (now.values, now.values)
      after[k] += 1e-5
      before[k] -= 1e-5
      let expected = (penalty(after) - penalty(before)) / 2e-5
      #expect(abs(Double(gradients.tensors[0].elements[k]) - expected) < 1e-5)
    }
  }

  /// Many steps, none counting more than another.
  @Test func everyStepCountsAlike() throws {
    var average = HistoricalAverage(of: try Self.set([0]), weight: 1)
    var sum = 0.0
    for step in 1...500 {
      let number = Float(step % 7) - 2.5
      sum += Double(number)
      average.add(try Self.set([number]))
    }
    #expect(abs(Double(average.state.mean[0].scalar) - sum / 500) < 1e-5)
  }

  @Test func theStateIsAllThatIsRemembered() throws {
    var average = HistoricalAverage(of: try Self.set([0, 0]), weight: 1)
    average.add(try Self.set([1, 5]))
    average.add(try Self.set([4, 2]))
    var restored = HistoricalAverage(of: try Self.set([0, 0]), weight: 1)
    restored.state = HistoricalAverage.State(count: average.state.count, mean: average.state.mean)
    for next in [[3, 3], [0.1, 7]] as [[Float]] {
      average.add(try Self.set(next))
      restored.add(try Self.set(next))
    }
    #expect(average.state.mean[0].elements == restored.state.mean[0].elements)
  }

  @Test func aStateOfAnotherNetworkIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var average = HistoricalAverage(of: try HistoricalAverageTests.set([0, 0]), weight: 1)
      average.state = HistoricalAverage.State(count: 1, mean: [.zeros([3])])
    }
  }
}
