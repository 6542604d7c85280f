import TesseraNN
import TesseraTensor
import Testing

@Suite struct BatchNorm2DTests {
  static func build(channels: Int, momentum: Float = 0.1) throws -> (BatchNorm2D, ParameterSet) {
    let (layer, values) = try TesseraNN.build(from: .random(seed: 0)) {
      BatchNorm2D($0["norm"], channels: channels, activation: nil, momentum: momentum)
    }
    return (layer, values)
  }

  static func map() -> ReferenceMap {
    var generator = Generator(seed: 35, stream: "map")
    return .random([2, 5, 3, 4], bound: 3, &generator)
  }

  @Test func namesAndStart() throws {
    let (_, values) = try Self.build(channels: 5)
    #expect(values.names == ["norm.weight", "norm.bias"])
    #expect(values.bufferNames == ["norm.running_mean", "norm.running_var"])
    #expect(values.weights.map(\.tensor.elements) == [1, 0, 0, 1].map { [Float](repeating: $0, count: 5) })
  }

  /// Two steps, against the running averages written out; the variance is the unbiased one.
  @Test func runningStatisticsMoveTowardsTheBatch() throws {
    let (layer, start) = try Self.build(channels: 5, momentum: 0.3)
    let x = Self.map()
    let batch = BatchNormalizationTests.statistics(x)
    var values = start
    var (mean, variance) = ([Double](repeating: 0, count: 5), [Double](repeating: 1, count: 5))
    for _ in 0..<2 {
      values.buffers =
        valueAndGradients(
          of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 0, stream: "")
        ) { pass in (sum(layer(pass.constant(x.tensor), in: pass)), ()) }.buffers
      for c in 0..<5 {
        mean[c] = 0.7 * mean[c] + 0.3 * batch.mean[c]
        variance[c] = 0.7 * variance[c] + 0.3 * batch.variance[c] * 24 / 23
      }
    }
    expectEqual(values.buffers[0], ReferenceMap([5], mean), "running mean")
    expectEqual(values.buffers[1], ReferenceMap([5], variance), "running variance")
    #expect(start.buffers[0].elements == [0, 0, 0, 0, 0])
  }

  /// Three batches: the plain mean of their statistics, whatever was recorded before.
  @Test func calibrationForgetsWhatWasBefore() throws {
    let (layer, start) = try Self.build(channels: 5, momentum: 0.3)
    var values = start
    values.buffers = [ReferenceMap([5], [9, 9, 9, 9, 9]).tensor, ReferenceMap([5], [7, 7, 7, 7, 7]).tensor]
    var generator = Generator(seed: 36, stream: "calibration")
    let maps = (0..<3).map { _ in ReferenceMap.random([2, 5, 3, 4], bound: 3, &generator) }
    let result = calibrated(values, batches: 3) { pass, batch in
      _ = layer(pass.constant(maps[batch].tensor), in: pass)
    }
    let statistics = maps.map { BatchNormalizationTests.statistics($0) }
    let mean = (0..<5).map { c in statistics.reduce(0) { $0 + $1.mean[c] } / 3 }
    let variance = (0..<5).map { c in statistics.reduce(0) { $0 + $1.variance[c] * 24 / 23 } / 3 }
    expectEqual(result.buffers[0], ReferenceMap([5], mean), "mean")
    expectEqual(result.buffers[1], ReferenceMap([5], variance), "variance")
    #expect(result.parameters.map(\.elements) == values.parameters.map(\.elements))
    let untouched = calibrated(values, batches: 0) { _, _ in Issue.record("there is no batch") }
    #expect(untouched.buffers.map(\.elements) == values.buffers.map(\.elements))
  }

  @Test func inferenceTakesTheRunningStatistics() throws {
    let (layer, start) = try Self.build(channels: 5)
    var values = start
    let (mean, variance) = ([0.5, -1, 2, 0, 0.25], [4, 1, 0.25, 2, 9.0])
    values.buffers = [ReferenceMap([5], mean).tensor, ReferenceMap([5], variance).tensor]
    let x = Self.map()
    let y = evaluate(values) { pass in layer(pass.constant(x.tensor), in: pass).value }
    let expected = BatchNormalizationTests.reference(
      [x, ReferenceMap([5]).mapped { _ in 1 }, ReferenceMap([5])], given: (mean, variance), epsilon: 1e-5,
      activation: nil)
    expectEqual(y, expected)
  }

  @Test func oneValuePerChannelHasNoVariance() async {
    await #expect(processExitsWith: .failure) {
      let (layer, values) = try BatchNorm2DTests.build(channels: 2)
      evaluate(values, mode: .training(recordsStatistics: false)) { pass in
        _ = layer(pass.constant(.zeros([1, 2, 1, 1])), in: pass)
      }
    }
  }
}
