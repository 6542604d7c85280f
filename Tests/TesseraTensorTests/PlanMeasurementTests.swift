import Testing

@testable import TesseraTensor

@Suite struct PlanMeasurementTests {
  struct Case: Sendable, CustomStringConvertible {
    let source: Shape
    let outputs: Int
    let geometry: ConvolutionGeometry
    var parts: [Int]?
    var passes = Set<ConvolutionPass>.all
    var precision = Precision.f32
    var description: String { "\(source) to \(outputs), \(geometry.kernel.height), \(precision)" }

    var request: PlanRequest {
      PlanRequest(
        ConvolutionShape(
          source: source, outputChannels: outputs, geometry: geometry, hasBias: true, precision: precision),
        parts: parts ?? [source[1]], passes: passes, threads: ComputeThreads.count)
    }
  }

  static let cases = [
    Case(source: [2, 3, 21, 34], outputs: 32, geometry: .same(kernel: 3, stride: 2)),
    Case(source: [2, 32, 24, 30], outputs: 32, geometry: .same(kernel: 3)),
    Case(source: [1, 48, 17, 9], outputs: 32, geometry: .same(kernel: 3), parts: [32, 16]),
    Case(source: [1, 21, 12, 9], outputs: 11, geometry: .same(kernel: 3), parts: [10, 11]),
    Case(source: [2, 64, 10, 11], outputs: 11, geometry: .same(kernel: 1)),
    Case(source: [2, 48, 20, 23], outputs: 48, geometry: .same(kernel: 5, stride: 2, groups: 48)),
    Case(source: [1, 32, 20, 23], outputs: 32, geometry: .same(kernel: 3), passes: .inference),
    Case(
      source: [1, 32, 20, 23], outputs: 64, geometry: .same(kernel: 3, dilation: 2),
      passes: [.forward, .inputGradient]),
  ]

  /// Every pass that was asked for agrees with plain loops, or tiles, to the bound of tiles.
  @Test(arguments: cases) func whatIsFastestIsRight(_ c: Case) {
    let request = c.request
    let plan = PlanMeasurement.fastest(for: request)
    #expect(plan.computes(request.passes, of: request.shape))
    let found = Convolution(request.shape, plan: plan)
    let plain = Convolution(
      request.shape, plan: ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows))
    let x = request.parts.map { Tensor.random([c.source[0], $0, c.source[2], c.source[3]], seed: UInt64($0)) }
    let w = Tensor.random(request.shape.weights, seed: 2)
    let b = Tensor.random([c.outputs], seed: 3)
    let dy = Tensor.random(request.shape.destination, seed: 4)
    let bound = 5e-5
    #expect(found.forward(x, weights: w, bias: b).deviation(from: plain.forward(x, weights: w, bias: b)) < bound)
    if c.passes.contains(.inputGradient) {
      let parts = zip(
        found.inputGradients(dy, weights: w, channels: request.parts),
        plain.inputGradients(dy, weights: w, channels: request.parts))
      for (found, plain) in parts { #expect(found.deviation(from: plain) < bound) }
    }
    if c.passes.contains(.weightGradient) {
      let (dw, db) = found.weightGradients(x, dy, weights: request.shape.weights)
      let plainly = plain.weightGradients(x, dy, weights: request.shape.weights)
      #expect(dw.deviation(from: plainly.weights) < bound)
      #expect((db ?? .zeros([c.outputs])).deviation(from: plainly.bias ?? dy) < bound)
    }
  }

  /// In a process of its own, where nobody else takes memory.
  @Test func measuringLeavesNoMemoryBehind() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.prepare(count: 2)
      let kept = Tensor.zeros([1000])
      let before = StorageStatistics.current
      let request = Case(source: [2, 32, 64, 64], outputs: 32, geometry: .same(kernel: 3)).request
      _ = PlanMeasurement.fastest(for: request)
      let after = StorageStatistics.current
      #expect(after.usedBytes == before.usedBytes && after.heldBytes == before.heldBytes)
      #expect(after.peakUsedBytes == before.peakUsedBytes)
      withExtendedLifetime(kept) {}
    }
  }

  @Test func smallCropsForetellTheSameWhetherPlansAreMeasuredOrNot() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.prepare(count: 1)
      func need() -> MemoryNeed {
        MemoryNeed(batch: 1, sides: (64, 128)) { side in
          let x = Tensor.zeros([1, 32, side, side])
          let convolution = Convolution(
            source: x.shape, weights: [32, 32, 3, 3], hasBias: false, geometry: .same(kernel: 3))
          _ = convolution.forward(x, weights: .zeros([32, 32, 3, 3]), bias: nil)
        }
      }
      let byRules = need()
      PlanStore.shared.begin(.measured())
      #expect(need() == byRules)
      #expect(PlanStore.shared.used.isEmpty)
    }
  }
}
