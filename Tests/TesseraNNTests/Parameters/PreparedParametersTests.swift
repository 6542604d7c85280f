import TesseraTensor
import Testing

@testable import TesseraNN

/// What is folded and arranged gives what the layers give one after another.
@Suite struct PreparedParametersTests {
  struct Network: Sendable {
    let layers: [NormalizedConv2D]
    let head: Conv2D

    init(_ scope: ParameterScope) {
      layers = [
        NormalizedConv2D(scope["a"], from: 3, to: 20, .same(kernel: 3, stride: 2), .hardSwish),
        NormalizedConv2D(scope["b"], from: 20, to: 20, .same(kernel: 5, groups: 20), .relu, epsilon: 1e-3),
        NormalizedConv2D(scope["c"], from: 20, to: 32, .same(kernel: 3), nil),
        // No pass applies this one to its results.
        NormalizedConv2D(scope["d"], from: 32, to: 17, .same(kernel: 1), .leakyReLU(slope: 0.1)),
      ]
      head = Conv2D(scope["head"], from: 37, to: 5, .same(kernel: 3), bias: true)
    }

    func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Tensor {
      let first = layers[0](x, in: pass)
      let second = layers[1](first, in: pass)
      return head([second, layers[3](layers[2](second, in: pass), in: pass)], in: pass).value.converted(to: .f32)
    }
  }

  /// Random numbers everywhere, statistics too.
  static func network() throws -> (Network, ParameterSet) {
    let (network, values) = try build(from: .random(seed: 7)) { Network($0) }
    var generator = Generator(seed: 8, stream: "statistics")
    func positive(_ tensor: Tensor) -> Tensor {
      Tensor(tensor.shape, (0..<tensor.shape.count).map { _ in Float(0.2 + 2 * generator.uniform()) })
    }
    return (
      network,
      values.replacing(
        parameters: values.parameters.map { $0.shape.rank == 1 ? positive($0) : $0 },
        buffers: values.buffers.map(positive))
    )
  }

  static func image(_ height: Int, _ width: Int) -> Tensor {
    var generator = Generator(seed: 9, stream: "image")
    return Tensor([2, 3, height, width], (0..<6 * height * width).map { _ in Float(generator.normal()) })
  }

  @Test func agreesWithLayersOneByOne() throws {
    let (network, values) = try Self.network()
    let prepared = PreparedParameters(values)
    // Sizes by turns: what one left must serve the other.
    for (height, width) in [(9, 14), (1, 1), (31, 8), (9, 14)] {
      let image = Self.image(height, width)
      let expected = evaluate(values) { network($0.constant(image), in: $0) }
      let found = prepared.evaluate { network($0.constant(image), in: $0) }
      expectEqual(found, expected, within: 2e-5)
    }
  }

  @Test(.enabled(if: ComputeThreads.computes(.bf16))) func halvesAreClose() throws {
    let (network, values) = try Self.network()
    let image = Self.image(20, 33)
    let expected = evaluate(values) { network($0.constant(image), in: $0) }
    let found = PreparedParameters(values, precision: .bf16).evaluate { pass in
      #expect(pass.precision == .bf16)
      return network(pass.constant(image), in: pass)
    }
    // Five layers round maps and weights to 8 bits each.
    expectEqual(found, expected, within: 0x1p-5)
  }

  @Test func theSameImageGivesTheSameBits() throws {
    let (network, values) = try Self.network()
    let image = Self.image(20, 33)
    let prepared = PreparedParameters(values)
    let first = prepared.evaluate { network($0.constant(image), in: $0).elements }
    _ = prepared.evaluate { network($0.constant(Self.image(8, 8)), in: $0) }
    #expect(prepared.evaluate { network($0.constant(image), in: $0).elements } == first)
    #expect(PreparedParameters(values).evaluate { network($0.constant(image), in: $0).elements } == first)
  }

  /// Within a share of the largest.
  private func expectEqual(_ found: Tensor, _ expected: Tensor, within share: Float) {
    let largest = expected.elements.reduce(0) { max($0, abs($1)) }
    let worst = zip(found.elements, expected.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(found.shape == expected.shape && worst <= share * largest, "off by \(worst) of \(largest)")
  }
}
