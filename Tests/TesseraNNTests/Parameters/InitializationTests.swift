import TesseraNN
import TesseraTensor
import Testing

@Suite struct InitializationTests {
  static func numbers(_ initialization: Initialization) throws -> [Double] {
    let values = try build(from: .random(seed: 8)) { $0.parameter("w", [20_000], initialization) }.values
    return values.parameters[0].elements.map(Double.init)
  }

  static func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count))
  }

  @Test(arguments: [1, 27, 288])
  func heHasVarianceTwoByFan(_ fan: Int) throws {
    let (mean, variance) = Self.moments(try Self.numbers(.he(fan: fan)))
    let expected = 2 / Double(fan)
    #expect(abs(mean) < 5 * (expected / 20_000).squareRoot())
    #expect(abs(variance / expected - 1) < 0.05)
  }

  @Test func uniformFillsItsBound() throws {
    let numbers = try Self.numbers(.uniform(bound: 0.5))
    let (mean, variance) = Self.moments(numbers)
    #expect(numbers.allSatisfy { abs($0) <= 0.5 } && (numbers.max() ?? 0) > 0.49 && (numbers.min() ?? 0) < -0.49)
    #expect(abs(mean) < 0.01 && abs(variance * 12 - 1) < 0.03)
  }

  @Test func constants() throws {
    #expect(Set(try Self.numbers(.zeros)) == [0])
    #expect(Set(try Self.numbers(.ones)) == [1])
  }

  /// A 1 at the centre of each channel's own kernel, and nothing else.
  @Test(arguments: [[1, 1, 1, 1], [3, 3, 3, 3], [2, 2, 1, 5]] as [Shape])
  func identityHasOneAtTheCentre(_ shape: Shape) throws {
    let values = try build(from: .random(seed: 8)) { $0.parameter("w", shape, .identity) }.values
    let weights = ReferenceMap(values.parameters[0])
    #expect(weights.values.reduce(0, +) == Double(shape[0]) && weights.values.allSatisfy { $0 == 0 || $0 == 1 })
    for channel in 0..<shape[0] { #expect(weights[channel, channel, shape[2] / 2, shape[3] / 2] == 1) }
  }

  @Test func identityNeedsAsManyOutputsAsInputs() async {
    await #expect(processExitsWith: .failure) {
      _ = try build(from: .random(seed: 8)) { $0.parameter("w", [3, 2, 3, 3], .identity) }
    }
  }

  @Test func identityNeedsACentre() async {
    await #expect(processExitsWith: .failure) {
      _ = try build(from: .random(seed: 8)) { $0.parameter("w", [2, 2, 3, 2], .identity) }
    }
  }
}
