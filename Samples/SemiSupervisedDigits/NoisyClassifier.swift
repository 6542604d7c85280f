import Digits
import TesseraNN
import TesseraTensor

/// A classifier of digits that is disturbed by noise as it learns; with one more class for what was generated, whose
/// logit is fixed at 0, it is a discriminator too.
///
/// Five hidden layers of rectifiers, W, W/2, W/4, W/4 and W/4 wide; noise of deviation 0.3 on the pixels and 0.5 on
/// hidden layers.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 5, and its code for MNIST, where W is 1000.
struct NoisyClassifier: Sendable {
  private let layers: [WeightNormalizedDense]

  /// Claims `layers.0` to `layers.5`.
  init(_ scope: ParameterScope, width: Int) {
    let widths = [DigitSet.pixelCount, width, width / 2, width / 4, width / 4, width / 4, DigitSet.classCount]
    layers = zip(widths, widths.dropFirst()).enumerated().map { index, sizes in
      WeightNormalizedDense(scope["layers"][index], from: sizes.0, to: sizes.1)
    }
  }

  /// What the network makes of digits, `[batch, 784]`.
  struct Output {
    /// Of the ten classes, `[batch, 10]`.
    let logits: Variable
    /// The last hidden layer, `[batch, W/4]`.
    let features: Variable
  }

  func callAsFunction(_ digits: Variable, in pass: ForwardPass) -> Output {
    var (x, features) = (digits, digits)
    for (index, layer) in layers.enumerated() {
      features = x
      x = layer(noise(x, deviation: index == 0 ? 0.3 : 0.5, in: pass), in: pass)
      if index < layers.count - 1 { x = relu(x) }
    }
    return Output(logits: x, features: features)
  }

  /// The weights with lengths and biases that give every unit mean 0 and variance 1 over some digits: else the noise
  /// drowns what random weights let through.
  ///
  /// Source: Salimans and Kingma 2016 (arXiv:1602.07868), section 3.
  func initialized(_ values: ParameterSet, by digits: Tensor) -> ParameterSet {
    var parameters = values.parameters
    var x = digits
    for (index, layer) in layers.enumerated() {
      let rows = evaluate(values) { pass in layer(pass.constant(x), in: pass).value }
      let (count, units) = (rows.shape[0], rows.shape[1])
      let numbers = rows.elements
      var (lengths, biases, next) = ([Float](), [Float](), numbers)
      for unit in 0..<units {
        let column = stride(from: unit, to: numbers.count, by: units).map { Double(numbers[$0]) }
        let mean = column.reduce(0, +) / Double(count)
        let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        // A unit that sees no difference between digits keeps its length.
        let scale = variance > 1e-8 ? 1 / variance.squareRoot() : 1
        lengths.append(Float(scale))
        biases.append(Float(-mean * scale))
        for row in 0..<count {
          let normalized = Float((Double(numbers[row * units + unit]) - mean) * scale)
          next[row * units + unit] = index < layers.count - 1 ? max(normalized, 0) : normalized
        }
      }
      for (key, shape, numbers) in [(layer.length, Shape([units, 1]), lengths), (layer.bias, Shape([units]), biases)] {
        guard let place = values.names.firstIndex(of: key.name) else { continue }
        parameters[place] = Tensor(shape, numbers)
      }
      x = Tensor(rows.shape, next)
    }
    return values.replacing(parameters: parameters, buffers: values.buffers)
  }

  /// The weights with the lengths of hidden layers that others have: as in the paper's code only directions, biases and
  /// the last lengths learn, so that no layer grows out of the noise.
  func keepingLengths(of initial: ParameterSet, in values: ParameterSet) -> ParameterSet {
    let kept = Set(layers.dropLast().map(\.length.name))
    var parameters = values.parameters
    for (index, name) in values.names.enumerated() where kept.contains(name) {
      parameters[index] = initial.parameters[index]
    }
    return values.replacing(parameters: parameters, buffers: values.buffers)
  }
}
