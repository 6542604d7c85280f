import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct UNetTests {
  static func unet(classCount: Int, width: Int) throws -> (UNet, ParameterSet) {
    let (network, values) = try buildQuickly { UNet($0, classCount: classCount, width: width) }
    return (network, values)
  }

  static func images(_ batch: Int, _ height: Int, _ width: Int) -> Tensor {
    var state: UInt64 = 7
    return uniform([batch, 3, height, width], &state)
  }

  /// As PyTorch names the same modules.
  @Test func names() {
    let blocks = ["down.0", "down.1", "down.2", "down.3", "up.0", "up.1", "up.2"]
    let expected =
      blocks.flatMap { block in
        [
          "\(block).0.0.weight",
          "\(block).0.1.weight", "\(block).0.1.bias", "\(block).0.1.running_mean", "\(block).0.1.running_var",
          "\(block).1.0.weight",
          "\(block).1.1.weight", "\(block).1.1.bias", "\(block).1.1.running_mean", "\(block).1.1.running_var",
        ]
      } + ["head.weight", "head.bias"]
    let names = claims { UNet($0, classCount: 11, width: 4) }.map(\.name)
    #expect(names.sorted() == expected.sorted())
  }

  @Test func shapes() {
    let shapes = Dictionary(
      uniqueKeysWithValues: claims { UNet($0, classCount: 11, width: 32) }.map { ($0.name, $0.shape) })
    #expect(shapes["down.0.0.0.weight"] == [32, 3, 3, 3])
    #expect(shapes["down.3.1.0.weight"] == [256, 256, 3, 3])
    #expect(shapes["up.0.0.0.weight"] == [128, 384, 3, 3])
    #expect(shapes["up.2.0.0.weight"] == [32, 96, 3, 3])
    #expect(shapes["up.2.1.1.running_var"] == [32])
    #expect(shapes["head.weight"] == [11, 32, 1, 1] && shapes["head.bias"] == [11])
  }

  /// 9·from·to for each convolution, 2·to for its normalisation, and the head.
  @Test(arguments: [(11, 32, 1_948_619), (11, 16, 488_171), (3, 8, 122_483), (1, 1, 2016)])
  func parameterCounts(_ classCount: Int, _ width: Int, _ expected: Int) {
    #expect(learnedCount(claims { UNet($0, classCount: classCount, width: width) }) == expected)
  }

  /// The network written out once more, from operations alone.
  @Test(arguments: [(2, 37, 53), (1, 8, 8), (1, 9, 15), (1, 8, 31)])
  func agreesWithItsDescription(_ batch: Int, _ height: Int, _ width: Int) throws {
    let (unet, values) = try Self.unet(classCount: 5, width: 16)
    let weights = Dictionary(uniqueKeysWithValues: values.weights.map { ($0.name, $0.tensor) })
    let images = Self.images(batch, height, width)
    let (logits, expected) = try evaluate(values) { pass in
      (
        unet(pass.constant(images), in: pass).variable.value,
        try Self.described(pass.constant(images), weights, pass).value
      )
    }
    #expect(logits.shape == [batch, 5, height, width])
    #expect(deviation(logits, from: expected) < 1e-4)
  }

  static func described(_ images: Variable, _ weights: [String: Tensor], _ pass: ForwardPass) throws -> Variable {
    func twice(_ x: Variable, _ name: String) throws -> Variable {
      try (0..<2).reduce(x) { x, index in
        let place = "\(name).\(index)"
        let kernel = try #require(weights["\(place).0.weight"])
        let y = convolve(x, pass.constant(kernel), nil, .same(kernel: 3))
        let (factor, term) = try affine(weights, "\(place).1", pass, batch: x.shape[0])
        return relu(y * factor + term)
      }
    }
    func half(_ x: Variable) -> Variable { maxPool(x, .init(kernel: .init(2), stride: .init(2))) }
    func joined(_ x: Variable, _ skip: Variable) -> Variable {
      concatenateChannels([resample(x, height: skip.shape[2], width: skip.shape[3], .bilinear), skip])
    }
    let first = try twice(images, "down.0")
    let second = try twice(half(first), "down.1")
    let third = try twice(half(second), "down.2")
    let fourth = try twice(half(third), "down.3")
    let one = try twice(joined(fourth, third), "up.0")
    let two = try twice(joined(one, second), "up.1")
    let three = try twice(joined(two, first), "up.2")
    let bias = try #require(weights["head.bias"])
    let kernel = try #require(weights["head.weight"])
    return convolve(three, pass.constant(kernel), pass.constant(bias), .same(kernel: 1))
  }

  /// Normalisation by running statistics as one factor and one term per channel.
  static func affine(
    _ weights: [String: Tensor], _ place: String, _ pass: ForwardPass, batch: Int
  ) throws -> (Variable, Variable) {
    let all = try ["weight", "bias", "running_mean", "running_var"].map {
      try #require(weights["\(place).\($0)"]).elements
    }
    let factors = zip(all[0], all[3]).map { Float(Double($0) / (Double($1) + 1e-5).squareRoot()) }
    let terms = factors.indices.map { all[1][$0] - factors[$0] * all[2][$0] }
    func perChannel(_ numbers: [Float]) -> Variable {
      pass.constant(Tensor([batch, numbers.count, 1, 1], (0..<batch).flatMap { _ in numbers }))
    }
    return (perChannel(factors), perChannel(terms))
  }

  /// In use, an image's logits do not depend on what else is in the batch.
  @Test func imagesOfABatchAreApart() throws {
    let (unet, values) = try Self.unet(classCount: 3, width: 16)
    let both = Self.images(2, 13, 11)
    let single = Tensor([1, 3, 13, 11], Array(both.elements.suffix(3 * 13 * 11)))
    let (together, alone) = evaluate(values) { pass in
      (unet(pass.constant(both), in: pass).variable.value, unet(pass.constant(single), in: pass).variable.value)
    }
    #expect(deviation(Tensor(alone.shape, Array(together.elements.suffix(alone.shape.count))), from: alone) < 1e-5)
  }

  @Test func evaluationMovesNothing() throws {
    let (unet, values) = try Self.unet(classCount: 3, width: 4)
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (sum(unet(pass.constant(Self.images(1, 8, 8)), in: pass).variable), ())
    }
    #expect(result.buffers.map(\.elements) == values.buffers.map(\.elements))
  }

  @Test func smallestSide() throws {
    let (unet, values) = try Self.unet(classCount: 3, width: 4)
    #expect(unet.minimumSide == 8)
    #expect(unet.coarsestPixels(height: 8, width: 15) == 1 && unet.coarsestPixels(height: 17, width: 24) == 6)
    let result = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 0, stream: "")
    ) { pass in
      (mean(unet(pass.constant(Self.images(2, 8, 8)), in: pass).variable), ())
    }
    #expect(result.value.isFinite && result.gradients.tensors.allSatisfy { $0.nonfiniteCount() == 0 })
  }
}
