import Testing

@testable import TesseraTensor

@Suite struct TensorActivationTests {
  @Test(arguments: [Activation.relu, .leakyReLU(slope: 0.25), .hardSwish, .sigmoid], LayoutTests.layouts)
  func thePrecisionStays(_ activation: Activation, _ layout: Layout) {
    let x = Tensor.random([1, 11, 3, 5]).converted(to: layout, .bf16)
    let dy = Tensor.random(x.shape, seed: 2).converted(to: .bf16)
    let (y, dx) = (x.activated(by: activation), x.activationGradient(of: activation, dy))
    let exact = x.converted(to: .f32)
    #expect(y.precision == .bf16 && dx.precision == .bf16)
    #expect(y.deviation(from: exact.activated(by: activation)) < 0x1p-8)
    #expect(dx.deviation(from: exact.activationGradient(of: activation, dy.converted(to: .f32))) < 0x1p-8)
  }
}
