import Testing

@testable import TesseraTensor

/// Against sums of products one by one, in double precision.
@Suite struct DepthwiseConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let source: Shape
    let geometry: ConvolutionGeometry

    init(_ source: Shape, kernel: (Int, Int), stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int)) {
      func extent(_ pair: (Int, Int)) -> ConvolutionGeometry.Extent { .init(height: pair.0, width: pair.1) }
      self.source = source
      geometry = ConvolutionGeometry(
        kernel: extent(kernel), stride: extent(stride), padding: extent(padding), dilation: extent(dilation),
        groups: source[1])
      testDescription = "\(source) kernel \(kernel) stride \(stride) padding \(padding) dilation \(dilation)"
    }

    init(_ source: Shape, _ kernel: Int, stride: Int = 1, dilation: Int = 1) {
      let padding = (kernel - 1) / 2 * dilation
      self.init(
        source, kernel: (kernel, kernel), stride: (stride, stride), padding: (padding, padding),
        dilation: (dilation, dilation))
    }

    var destination: Shape {
      let size = geometry.outputSize(height: source[2], width: source[3])
      return [source[0], source[1], size.height, size.width]
    }
    var weights: Shape { [source[1], 1, geometry.kernel.height, geometry.kernel.width] }
    func convolution(_ precision: Precision = .f32) -> Convolution {
      Convolution(source: source, weights: weights, hasBias: true, geometry: geometry, precision: precision)
    }
  }

  static let cases = [
    Case([1, 16, 9, 30], 3), Case([2, 72, 9, 13], 3), Case([1, 24, 7, 25], 3, stride: 2),
    Case([2, 17, 8, 12], 3, stride: 2), Case([1, 40, 11, 31], 5), Case([2, 20, 10, 14], 5, stride: 2),
    Case([1, 33, 12, 29], 5, dilation: 2), Case([2, 16, 9, 27], 3, dilation: 2),
    // One pixel, a row, a column, and kernels larger than the map.
    Case([1, 2, 1, 1], 1), Case([3, 5, 1, 1], 5), Case([1, 16, 1, 19], 3), Case([1, 31, 17, 1], 5),
    Case([2, 18, 2, 3], 7), Case([1, 16, 3, 2], 5, dilation: 2), Case([1, 16, 2, 2], 3, stride: 2, dilation: 2),
    // Where height and width differ in all.
    Case([1, 19, 11, 14], kernel: (2, 3), stride: (1, 2), padding: (0, 1), dilation: (3, 1)),
    Case([2, 16, 13, 10], kernel: (3, 2), stride: (3, 1), padding: (1, 0), dilation: (1, 4)),
    Case([1, 16, 12, 15], kernel: (3, 4), stride: (2, 3), padding: (2, 3), dilation: (2, 2)),
    Case([1, 16, 16, 17], kernel: (3, 3), stride: (4, 6), padding: (1, 2), dilation: (2, 4)),
    // A stride that passes over rows, and more padding than the kernel reaches.
    Case([1, 16, 11, 13], kernel: (1, 2), stride: (4, 5), padding: (0, 0), dilation: (1, 1)),
    Case([1, 16, 4, 5], kernel: (2, 2), stride: (1, 1), padding: (3, 4), dilation: (1, 1)),
    // Longer than a piece of the weight gradient.
    Case([1, 8, 70, 130], 3), Case([1, 3, 150, 61], 5, stride: 2),
  ]

  @Test(arguments: cases) func forward(_ c: Case) {
    let (x, w, b) = (Tensor.random(c.source), Tensor.random(c.weights, seed: 2), Tensor.random([c.source[1]], seed: 3))
    let y = c.convolution().forward(x, weights: w, bias: b)
    #expect(y.layout == .blocked && y.paddingIsZero)
    #expect(y.deviation(from: reference(c, x, w, b)) < 1e-5)
    let plain = c.convolution().forward(x, weights: w, bias: nil)
    #expect(plain.deviation(from: reference(c, x, w, .zeros([c.source[1]]))) < 1e-5)
  }

  @Test(arguments: cases) func gradients(_ c: Case) {
    let (x, w) = (Tensor.random(c.source), Tensor.random(c.weights, seed: 2))
    let dy = Tensor.random(c.destination, seed: 4)
    let expected = referenceGradients(c, x, w, dy)
    let dx = c.convolution().inputGradient(dy, weights: w)
    let (dw, db) = c.convolution().weightGradients(x, dy, weights: c.weights)
    #expect(dx.layout == .blocked && dx.paddingIsZero)
    #expect(dx.deviation(from: expected.input) < 1e-5)
    #expect(dw.deviation(from: expected.weights) < 1e-5)
    #expect(db?.deviation(from: dy.summedOverPixels().summedOverBatch()) == 0)
  }

  /// Only what goes in and what comes out is rounded.
  @Test(arguments: cases) func bf16(_ c: Case) throws {
    let x = Tensor.random(c.source).converted(to: .bf16)
    let dy = Tensor.random(c.destination, seed: 4).converted(to: .bf16)
    let w = Tensor.random(c.weights, seed: 2)
    let y = c.convolution(.bf16).forward(x, weights: w, bias: nil)
    let dx = c.convolution(.bf16).inputGradient(dy, weights: w)
    let (dw, db) = c.convolution(.bf16).weightGradients(x, dy, weights: c.weights)
    let sums = try #require(db)
    #expect(y.precision == .bf16 && dx.precision == .bf16 && dw.precision == .f32 && sums.precision == .f32)
    #expect(y.paddingIsZero && dx.paddingIsZero)
    let expected = referenceGradients(c, x, w, dy)
    #expect(y.deviation(from: reference(c, x, w, .zeros([c.source[1]]))) < 0x1p-8)
    #expect(dx.deviation(from: expected.input) < 0x1p-8)
    #expect(dw.deviation(from: expected.weights) < 1e-5)
  }

  @Test(arguments: [Activation.relu, .hardSwish]) func activationInTheSamePass(_ activation: Activation) {
    let c = Case([1, 19, 6, 14], 3)
    let (x, w, b) = (Tensor.random(c.source), Tensor.random(c.weights, seed: 2), Tensor.random([19], seed: 3))
    let y = c.convolution().forward([x], weights: w, bias: b, activation: activation)
    #expect(y.paddingIsZero)
    #expect(y.deviation(from: reference(c, x, w, b).activated(by: activation)) < 1e-5)
    let broken = c.convolution().forward(
      [.filled(c.source, with: .nan)], weights: w, bias: b, activation: activation)
    #expect(broken.nonfiniteCount() == broken.shape.count)
  }

  @Test func oneChannelForEachGroupAlone() {
    func algorithm(_ channels: Int, to out: Int, groups: Int) -> ConvolutionPlan.Algorithm {
      ConvolutionPlan.choose(
        for: ConvolutionShape(
          source: [1, channels, 8, 8], outputChannels: out, geometry: .same(kernel: 3, groups: groups), hasBias: false,
          precision: .f32)
      ).forward
    }
    #expect(algorithm(24, to: 24, groups: 24) == .depthwise)
    #expect(algorithm(24, to: 48, groups: 24) != .depthwise)
    #expect(algorithm(48, to: 48, groups: 24) != .depthwise)
    #expect(algorithm(1, to: 1, groups: 1) != .depthwise)
  }

  @Test func theNumberOfThreadsChangesNothing() async {
    await #expect(processExitsWith: .success) {
      let c = Case([2, 40, 67, 71], 5, stride: 2)
      let (x, w, dy) = (Tensor.random(c.source), Tensor.random(c.weights), Tensor.random(c.destination))
      func results() -> [[Float]] {
        let gradients = c.convolution().weightGradients(x, dy, weights: c.weights)
        return [
          c.convolution().forward(x, weights: w, bias: nil), c.convolution().inputGradient(dy, weights: w),
          gradients.weights,
        ].map(\.elements)
      }
      ComputeThreads.prepare(count: 1)
      let alone = results()
      for count in [2, 3] {
        ComputeThreads.prepare(count: count)
        #expect(results() == alone, "\(count) threads")
      }
    }
  }

  // MARK: One by one

  /// Calls `body` with the places in `[channel maps of dy and y]`, of x and of w that a product joins.
  private func eachProduct(_ c: Case, _ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) {
    let (g, size) = (c.geometry, c.destination)
    for plane in 0..<c.source[0] * c.source[1] {
      for i in 0..<size[2] {
        for u in 0..<g.kernel.height {
          let row = i * g.stride.height - g.padding.height + u * g.dilation.height
          guard (0..<c.source[2]).contains(row) else { continue }
          for j in 0..<size[3] {
            for v in 0..<g.kernel.width {
              let column = j * g.stride.width - g.padding.width + v * g.dilation.width
              guard (0..<c.source[3]).contains(column) else { continue }
              body(
                (plane * size[2] + i) * size[3] + j, (plane * c.source[2] + row) * c.source[3] + column,
                (plane % c.source[1] * g.kernel.height + u) * g.kernel.width + v)
            }
          }
        }
      }
    }
  }

  private func reference(_ c: Case, _ x: Tensor, _ w: Tensor, _ b: Tensor) -> Tensor {
    let (x, w, b) = (x.elements, w.elements, b.elements)
    let pixels = c.destination[2] * c.destination[3]
    var y = (0..<c.destination.count).map { Double(b[$0 / pixels % c.source[1]]) }
    y.withUnsafeMutableBufferPointer { y in
      eachProduct(c) { y[$0] += Double(x[$1]) * Double(w[$2]) }
    }
    return Tensor(c.destination, y.map { Float($0) })
  }

  private func referenceGradients(_ c: Case, _ x: Tensor, _ w: Tensor, _ dy: Tensor) -> (input: Tensor, weights: Tensor)
  {
    let (x, w, dy) = (x.elements, w.elements, dy.elements)
    var dx = [Double](repeating: 0, count: c.source.count)
    var dw = [Double](repeating: 0, count: c.weights.count)
    eachProduct(c) {
      dx[$1] += Double(dy[$0]) * Double(w[$2])
      dw[$2] += Double(dy[$0]) * Double(x[$1])
    }
    return (Tensor(c.source, dx.map { Float($0) }), Tensor(c.weights, dw.map { Float($0) }))
  }
}
