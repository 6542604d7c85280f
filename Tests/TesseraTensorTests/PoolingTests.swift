import Testing

@testable import TesseraTensor

@Suite struct PoolingTests {
  static let halves = ConvolutionGeometry(kernel: .init(2), stride: .init(2))

  /// Of equal values the first in row-major order wins, so few different ones say much.
  private static func coarse(_ shape: Shape) -> Tensor {
    Tensor(shape, Tensor.random(shape).elements.map { ($0 * 2).rounded() })
  }

  /// The largest of every 2×2, and where each came from.
  private static func reference(_ x: Tensor) -> (values: [Float], places: [Int]) {
    let (height, width) = (x.shape[2], x.shape[3])
    let all = x.elements
    var result: (values: [Float], places: [Int]) = ([], [])
    for plane in 0..<x.shape[0] * x.shape[1] {
      for i in 0..<height / 2 {
        for j in 0..<width / 2 {
          let corner = (plane * height + 2 * i) * width + 2 * j
          var best = corner
          for place in [corner + 1, corner + width, corner + width + 1] where all[place] > all[best] { best = place }
          result.values.append(all[best])
          result.places.append(best)
        }
      }
    }
    return result
  }

  @Test(arguments: [[2, 11, 6, 8], [1, 16, 7, 5], [1, 33, 2, 3], [2, 48, 3, 2], [1, 1, 2, 2]] as [Shape])
  func theFirstLargestWins(_ shape: Shape) {
    for precision in Precision.allCases {
      let x = Self.coarse(shape).converted(to: .blocked, precision)
      let pooling = Pooling(.max, source: shape, layout: .blocked, geometry: Self.halves)
      let (y, workspace) = pooling.forward(x)
      let dy = Tensor.random(pooling.destination, seed: 2).converted(to: .blocked, precision)
      let dx = pooling.inputGradient(dy, workspace: workspace)
      let expected = Self.reference(x)
      var gradient = [Float](repeating: 0, count: shape.count)
      for (place, value) in zip(expected.places, dy.elements) { gradient[place] += value }
      #expect(y.precision == precision && dx.precision == precision)
      #expect(y.elements == expected.values)
      #expect(dx.elements == gradient)
    }
  }

  /// Blocks give what oneDNN gives for rows.
  @Test func layoutsAgree() {
    let x = Self.coarse([2, 20, 9, 7])
    let results = LayoutTests.layouts.map { layout in
      let pooling = Pooling(.max, source: x.shape, layout: layout, geometry: Self.halves)
      let (y, workspace) = pooling.forward(x)
      return [y.elements, pooling.inputGradient(y, workspace: workspace).elements]
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }

  @Test(arguments: 0..<4)
  func notANumberWins(_ place: Int) {
    var numbers: [Float] = [1, 2, 3, 4]
    numbers[place] = .nan
    let pooling = Pooling(.max, source: [1, 1, 2, 2], layout: .blocked, geometry: Self.halves)
    let (y, workspace) = pooling.forward(Tensor([1, 1, 2, 2], numbers))
    #expect(y.scalar.isNaN)
    let dx = pooling.inputGradient(Tensor([1, 1, 1, 1], [5]), workspace: workspace)
    #expect(dx.elements == (0..<4).map { $0 == place ? 5 : 0 })
  }

  @Test(arguments: [PoolingKind.max, .average, .averageWithPadding], LayoutTests.layouts)
  func otherWindowsKeepThePrecision(_ kind: PoolingKind, _ layout: Layout) {
    let x = Tensor.random([1, 11, 6, 5]).converted(to: layout, .bf16)
    let pooling = Pooling(kind, source: x.shape, layout: layout, geometry: .same(kernel: 3))
    let (y, workspace) = pooling.forward(x)
    let dx = pooling.inputGradient(y, workspace: workspace)
    let (exact, exactWorkspace) = pooling.forward(x.converted(to: .f32))
    #expect(y.precision == .bf16 && dx.precision == .bf16)
    #expect(y.deviation(from: exact) < 0x1p-8)
    let exactGradient = pooling.inputGradient(y.converted(to: .f32), workspace: exactWorkspace)
    #expect(dx.deviation(from: exactGradient) < 0x1p-8)
  }

  /// Rows, windows wider than a vector, and what is left over on the right and below.
  @Test(
    arguments: [
      ([2, 3, 9, 14], 4, 4), ([1, 2, 6, 5], 2, 5), ([1, 1, 3, 3], 1, 1), ([1, 2, 21, 4600], 3, 19),
    ] as [(Shape, Int, Int)])
  func windowsSideBySideAreAveraged(_ shape: Shape, _ height: Int, _ width: Int) {
    let extent = ConvolutionGeometry.Extent(height: height, width: width)
    let geometry = ConvolutionGeometry(kernel: extent, stride: extent)
    let (x, rows) = (Tensor.random(shape), (shape[2] / height, shape[3] / width))
    let pooling = Pooling(.average, source: shape, layout: .rows, geometry: geometry)
    let y = pooling.forward(x)
    let dy = Tensor.random(pooling.destination, seed: 2)
    let (numbers, incoming) = (x.elements, dy.elements)
    var sums = [Double](repeating: 0, count: pooling.destination.count)
    var gradient = [Float](repeating: 0, count: shape.count)
    for place in 0..<shape.count {
      let (plane, row, column) = (
        place / (shape[2] * shape[3]), place / shape[3] % shape[2] / height, place % shape[3] / width
      )
      guard row < rows.0, column < rows.1 else { continue }
      let window = (plane * rows.0 + row) * rows.1 + column
      sums[window] += Double(numbers[place])
      gradient[place] = incoming[window] * (1 / Float(height * width))
    }
    let means = sums.map { Float($0 / Double(height * width)) }
    #expect(zip(y.output.elements, means).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(pooling.inputGradient(dy, workspace: y.workspace).elements == gradient)
  }
}
