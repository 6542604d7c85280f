public import TesseraTensor

/// A place in a network's tree of names, where a layer claims its parameters and buffers.
public struct ParameterScope {
  private let path: String
  private let builder: ParameterBuilder

  init(path: String, builder: ParameterBuilder) {
    self.path = path
    self.builder = builder
  }

  /// The place below this one.
  public subscript(_ name: String) -> ParameterScope { ParameterScope(path: join(name), builder: builder) }

  /// The place below this one with a number for a name.
  public subscript(_ index: Int) -> ParameterScope { self[String(index)] }

  /// Claims numbers that are learned.
  public func parameter(_ name: String, _ shape: Shape, _ initialization: Initialization) -> ParameterKey {
    builder.parameter(join(name), shape, initialization)
  }

  /// Claims numbers that are recorded, not learned.
  public func buffer(_ name: String, _ shape: Shape, _ initialization: Initialization) -> BufferKey {
    builder.buffer(join(name), shape, initialization)
  }

  private func join(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// Collects what layers claim, and what of the source does not fit.
final class ParameterBuilder {
  private let source: WeightsSource
  private var names: [String] = []
  private var parameters: [Tensor] = []
  private var bufferNames: [String] = []
  private var buffers: [Tensor] = []
  private var claimed: Set<String> = []
  private var missing: [String] = []
  private var misshapen: [WeightsError.Misshapen] = []

  init(_ source: WeightsSource) { self.source = source }

  func parameter(_ name: String, _ shape: Shape, _ initialization: Initialization) -> ParameterKey {
    names.append(name)
    parameters.append(numbers(name, shape, initialization))
    return ParameterKey(name: name, index: names.count - 1)
  }

  func buffer(_ name: String, _ shape: Shape, _ initialization: Initialization) -> BufferKey {
    bufferNames.append(name)
    buffers.append(numbers(name, shape, initialization))
    return BufferKey(name: name, index: bufferNames.count - 1)
  }

  func finish() throws(WeightsError) -> ParameterSet {
    var unexpected: [String] = []
    if case .stored(let tensors) = source { unexpected = tensors.keys.filter { !claimed.contains($0) }.sorted() }
    guard missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty else {
      throw WeightsError(missing: missing, unexpected: unexpected, misshapen: misshapen)
    }
    return ParameterSet(names: names, parameters: parameters, bufferNames: bufferNames, buffers: buffers)
  }

  private func numbers(_ name: String, _ shape: Shape, _ initialization: Initialization) -> Tensor {
    precondition(claimed.insert(name).inserted, "ParameterScope: two layers claim \(name)")
    switch source {
    case .random(let seed): return initialization.tensor(shape, Generator(seed: seed, stream: name))
    case .stored(let tensors):
      guard let tensor = tensors[name] else {
        missing.append(name)
        // Nothing is built from it: finishing throws. A tiny file must not cost the memory of a huge network.
        return .zeros([0])
      }
      guard tensor.shape == shape else {
        misshapen.append(WeightsError.Misshapen(name: name, expected: shape, found: tensor.shape))
        return .zeros([0])
      }
      // Optimisers walk parameters, moments and gradients side by side.
      return tensor.converted(to: .rows)
    }
  }
}
