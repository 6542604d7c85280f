import Testing

@testable import TesseraTensor

@Suite struct LayoutTests {
  static let shapes: [Shape] = [
    [2, 11, 3, 5], [1, 16, 4, 4], [3, 1, 1, 1], [2, 32, 1, 1], [2, 17, 1, 1], [1, 17, 1, 7], [2, 48, 5, 1],
    [1, 5, 9, 9],
  ]
  static let layouts = [Layout.rows, .channelsLast, .blocked]

  @Test(arguments: shapes)
  func everyWayThereAndBack(_ shape: Shape) {
    let x = Tensor.random(shape)
    for first in Self.layouts {
      for second in Self.layouts {
        let y = x.converted(to: first).converted(to: second)
        #expect(y.layout == second && y.elements == x.elements, "\(first) to \(second)")
      }
    }
  }

  @Test func whereElementsLie() {
    let x = Tensor([1, 2, 1, 3], [0, 1, 2, 10, 11, 12])
    func stored(_ layout: Layout) -> [Float] {
      let y = x.converted(to: layout)
      return (0..<y.storedCount).map { y.pointer[$0] }
    }
    #expect(stored(.channelsLast) == [0, 10, 1, 11, 2, 12])
    let padding = [Float](repeating: 0, count: 14)
    #expect(stored(.blocked) == [0, 10] + padding + [1, 11] + padding + [2, 12] + padding)
  }

  /// Maps of one pixel lie alike in all layouts and need no copy, until one of them is written.
  @Test func onePixelIsSharedUntilItIsWritten() {
    let x = Tensor.random([2, 32, 1, 1])
    var y = x.converted(to: .blocked)
    #expect(y.address == x.address)
    y.add(y)
    #expect(y.elements == x.elements.map { 2 * $0 } && y.address != x.address)
  }

  @Test func emptyMaps() {
    #expect(Tensor.zeros([0, 3, 2, 2]).converted(to: .blocked).elements.isEmpty)
  }

  /// Each operation writes a block of memory that last held NaN; none may stay in the padding.
  @Test(arguments: [11, 17, 5, 1])
  func paddingIsZeroAfterEveryOperation(_ channels: Int) {
    let shape: Shape = [2, channels, 6, 4]
    let x = Tensor.random(shape).converted(to: .blocked)
    let scale = Tensor.filled([channels], with: 2)
    let operations: [(String, (Tensor) -> Tensor)] = [
      ("conversion", { $0.converted(to: .rows).converted(to: .blocked) }),
      ("convolution", { Self.convolved($0, kernel: 3) }),
      ("convolution's input gradient", { Self.convolutionGradient($0, kernel: 3) }),
      ("convolution of single pixels", { Self.convolved($0, kernel: 1) }),
      ("its input gradient", { Self.convolutionGradient($0, kernel: 1) }),
      (
        "pooling",
        { Pooling(.max, source: shape, layout: .blocked, geometry: .same(kernel: 3)).forward($0).output }
      ),
      (
        "pooling's gradient",
        { x in
          let pooling = Pooling(.max, source: shape, layout: .blocked, geometry: .same(kernel: 3))
          return pooling.inputGradient(x, workspace: pooling.forward(x).workspace)
        }
      ),
      (
        "resampling",
        { Resampling(.bilinear, source: shape, layout: .blocked, height: 6, width: 4).forward($0) }
      ),
      (
        "resampling's gradient",
        { Resampling(.bilinear, source: shape, layout: .blocked, height: 6, width: 4).inputGradient($0) }
      ),
      ("normalisation", { Self.normalized($0, shift: scale).output }),
      ("normalisation's gradient", { Self.normalized($0, shift: scale).gradient }),
      ("sigmoid", { $0.activated(by: .sigmoid).converted(to: .blocked) }),
      ("sigmoid's gradient", { $0.activationGradient(of: .sigmoid, $0) }),
      ("tanh", { $0.activated(by: .tanh) }),
      ("sum", { $0.adding($0) }), ("product", { $0.multiplied(by: $0) }), ("multiple", { $0.scaled(by: 3) }),
      ("dropout", { $0.dropped(keep: 0.5, seed: 1) }),
    ]
    for (name, operation) in operations {
      // Again with what was kept of the run before.
      for run in 1...3 {
        Self.dirtyMemory(for: shape)
        let y = operation(x)
        #expect(y.layout == .blocked && Self.paddingIsZero(y), "\(name), run \(run)")
      }
    }
  }

  private static func dirtyMemory(for shape: Shape) {
    var dirty = [Tensor](repeating: .filled([Layout.blocked.storedCount(shape)], with: .nan), count: 8)
    for index in dirty.indices { dirty[index].add(dirty[index]) }
  }

  private static func paddingIsZero(_ x: Tensor) -> Bool {
    let (channels, pixels) = (x.shape[1], x.shape[2] * x.shape[3])
    let blocks = (channels + 15) / 16
    return (0..<x.storedCount).allSatisfy { index in
      let channel = index / (pixels * 16) % blocks * 16 + index % 16
      return channel < channels || x.pointer[index] == 0
    }
  }

  private static func convolution(_ shape: Shape, kernel: Int) -> (Convolution, weights: Tensor) {
    let weights: Shape = [shape[1], shape[1], kernel, kernel]
    let convolution = Convolution(
      source: shape, weights: weights, hasBias: true, geometry: .same(kernel: kernel),
      plan: ConvolutionPlan(algorithm: .direct, source: .blocked, destination: .blocked))
    return (convolution, .random(weights))
  }

  private static func convolved(_ x: Tensor, kernel: Int) -> Tensor {
    let (convolution, weights) = convolution(x.shape, kernel: kernel)
    return convolution.forward(x, weights: weights, bias: .filled([x.shape[1]], with: 1))
  }

  private static func convolutionGradient(_ dy: Tensor, kernel: Int) -> Tensor {
    let (convolution, weights) = convolution(dy.shape, kernel: kernel)
    return convolution.inputGradient(dy, weights: weights)
  }

  private static func normalized(_ x: Tensor, shift: Tensor) -> (output: Tensor, gradient: Tensor) {
    let channels: Shape = [x.shape[1]]
    let normalization = BatchNormalization(
      shape: x.shape, layout: .blocked, epsilon: 1e-5, activation: nil, usesBatchStatistics: true)
    var statistics = BatchNormalization.Statistics(mean: .zeros(channels), variance: .zeros(channels))
    let (y, workspace) = normalization.forward(x, scale: shift, shift: shift, statistics: &statistics)
    let gradient = normalization.gradients(
      x, x, scale: shift, shift: shift, statistics: statistics, workspace: workspace
    ).input
    return (y, gradient)
  }
}
