import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct ImageGeneratorTests {
  /// Counted by hand: 100→256·h·w with bias, four normalisations, four 4×4 kernels with biases.
  @Test func parameterCounts() {
    let found = learnedCount(claims { ImageGenerator($0, height: 32, width: 48) })
    let start = 101 * 256 * 2 * 3
    let norms = 2 * (256 + 128 + 64 + 32)
    let kernels = 16 * (256 * 128 + 128 * 64 + 64 * 32 + 32 * 3) + 128 + 64 + 32 + 3
    #expect(found == start + norms + kernels)
  }

  @Test(arguments: [(32, 48), (20, 17), (1, 1), (16, 33)])
  func anySize(_ height: Int, _ width: Int) throws {
    let (artist, values) = try buildQuickly { ImageGenerator($0, height: height, width: width) }
    var generator = Generator(seed: 1, stream: "noise")
    let noise = ImageGenerator.noise(2, &generator)
    #expect(noise.shape == [2, 100] && noise.elements.allSatisfy { (-1...1).contains($0) })
    let images = evaluate(values, mode: .training(recordsStatistics: false)) {
      artist($0.constant(noise), in: $0).value
    }
    #expect(images.shape == [2, 3, height, width])
    #expect(images.elements.allSatisfy { abs($0) <= ImageGenerator.range })
    #expect(Set(images.elements).count > 1)
  }

  @Test func gradientsReachEveryParameter() throws {
    let (artist, values) = try buildQuickly { ImageGenerator($0, height: 32, width: 32) }
    var generator = Generator(seed: 1, stream: "noise")
    let noise = ImageGenerator.noise(2, &generator)
    let step = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: generator
    ) { pass in
      let x = artist(pass.constant(noise), in: pass)
      return (sum(x * x), ())
    }
    for (name, gradient) in zip(values.names, step.gradients.tensors) where !name.hasSuffix("start.bias") {
      #expect(gradient.sumOfSquares() > 0, "\(name)")
    }
  }
}
