import Testing

@testable import TesseraTensor

/// Convolutions of bf16 maps by oneDNN, held against f32 ones of the same rounded numbers.
@Suite(.enabled(if: ComputeThreads.computes(.bf16)))
struct MixedPrecisionConvolutionTests {
  /// An image, few channels, blocks that are not full, and a stride.
  @Test(
    arguments: [
      ([2, 3, 9, 11], 16, .same(kernel: 3)), ([2, 3, 9, 11], 16, .same(kernel: 3, stride: 2)),
      ([1, 1, 6, 7], 32, .same(kernel: 3)), ([2, 5, 8, 6], 96, .same(kernel: 3)),
      ([1, 11, 7, 9], 20, .same(kernel: 3)), ([1, 24, 7, 9], 40, .same(kernel: 1)),
      ([2, 33, 8, 8], 2, .same(kernel: 3)),
    ] as [(Shape, Int, ConvolutionGeometry)])
  func everyPassIsThatOfF32(_ source: Shape, _ out: Int, _ geometry: ConvolutionGeometry) {
    let kernel = Shape([out, source[1], geometry.kernel.height, geometry.kernel.width])
    func convolution(_ precision: Precision) -> Convolution {
      ConvolutionPlan.$leastWinogradOperations.withValue(.max) {
        Convolution(source: source, weights: kernel, hasBias: true, geometry: geometry, precision: precision)
      }
    }
    let (mixed, single) = (convolution(.bf16), convolution(.f32))
    #expect(mixed.plan.destination == .blocked && mixed.plan.source != .channelsLast)
    let x = Tensor.random(source).converted(to: .bf16)
    let weights = Tensor.random(kernel, seed: 2).converted(to: .bf16).converted(to: .f32)
    let bias = Tensor.random([out], seed: 3)
    let dy = Tensor.random(mixed.destination, seed: 4).converted(to: .bf16)
    let wide = (x: x.converted(to: .f32), dy: dy.converted(to: .f32))

    let kept = mixed.arranged(weights: weights)
    let y = mixed.forward(mixed.arranged(x), weights: weights, bias: bias)
    #expect(y.precision == .bf16)
    #expect(mixed.forward([x], arranged: kept, bias: bias, activation: nil).elements == y.elements)
    expectClose(y, single.forward(single.arranged(wide.x), weights: weights, bias: bias), "result")
    let dx = mixed.inputGradient(dy, weights: weights)
    #expect(dx.precision == .bf16)
    expectClose(dx, single.inputGradient(wide.dy, weights: weights), "gradient of the map")
    let (dw, db) = mixed.weightGradients(mixed.arranged(x), dy, weights: kernel)
    let expected = single.weightGradients(single.arranged(wide.x), wide.dy, weights: kernel)
    #expect(dw.shape == kernel && dw.precision == .f32)
    expectClose(dw, expected.weights, "gradient of the weights")
    if let db, let other = expected.bias { expectClose(db, other, "gradient of the bias") }
    #expect(db != nil)
    // What fills blocks up is read again as it lies.
    for map in [y, dx] where map.shape[1] % Layout.block != 0 { #expect(map.paddingIsZero) }
  }

  /// Within a rounding to 8 bits of the largest: products of rounded numbers are exact in f32.
  private func expectClose(_ found: Tensor, _ expected: Tensor, _ what: String) {
    let (found, expected) = (found.elements, expected.elements)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(found.count == expected.count && worst <= largest / 256, "\(what): off by \(worst) of \(largest)")
  }
}
