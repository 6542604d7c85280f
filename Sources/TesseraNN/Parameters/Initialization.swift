import TesseraTensor

/// The numbers a parameter starts with.
public enum Initialization: Hashable, Sendable {
  /// All 0.
  case zeros
  /// All 1.
  case ones
  /// Uniform within ±bound.
  case uniform(bound: Double)
  /// Normal with variance 2 / fan: the fan-in keeps the spread of activations through a rectifier, the fan-out that of
  /// gradients.
  ///
  /// Source: He et al. 2015 (arXiv:1502.01852), equations 10 and 14.
  case he(fan: Int)
  /// A convolution that gives its input back: w[o, c, u, v] = 1 where o = c at the kernel's centre, else 0.
  ///
  /// Takes shapes `[channels, channels, kernel height, kernel width]` whose kernel sides are odd.
  ///
  /// Source: Yu and Koltun 2016 (arXiv:1511.07122), equation 4.
  case identity

  /// Uniform within ±1 / √fan-in: what other frameworks start convolutions and matrix products with.
  ///
  /// Before a normalisation the size of weights changes nothing but how fast they turn: small ones learn faster.
  public static func inverseRoot(fanIn: Int) -> Initialization {
    .uniform(bound: 1 / Double(max(fanIn, 1)).squareRoot())
  }

  /// Draws the numbers.
  func tensor(_ shape: Shape, _ generator: Generator) -> Tensor {
    var generator = generator
    switch self {
    case .zeros: return .zeros(shape)
    case .ones: return .filled(shape, with: 1)
    case .uniform(let bound):
      return Tensor(shape) { numbers in
        for index in numbers.indices { numbers[index] = Float((2 * generator.uniform() - 1) * bound) }
      }
    case .he(let fan):
      let deviation = (2 / Double(max(fan, 1))).squareRoot()
      return Tensor(shape) { numbers in
        for index in numbers.indices { numbers[index] = Float(generator.normal() * deviation) }
      }
    case .identity:
      precondition(
        shape.rank == 4 && shape[0] == shape[1] && shape[2] % 2 == 1 && shape[3] % 2 == 1,
        "Initialization.identity: weights \(shape)")
      let area = shape[2] * shape[3]
      return Tensor(shape) { weights in
        weights.update(repeating: 0)
        for channel in 0..<shape[0] { weights[(channel * shape[1] + channel) * area + area / 2] = 1 }
      }
    }
  }
}
