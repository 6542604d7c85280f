public import TesseraTensor

/// Which entry of a parameter set is meant, by its full name.
public struct ParameterKey: Hashable, Sendable {
  /// Such as `encoder.down1.conv.weight`.
  public let name: String
  let index: Int
}

/// Which buffer of a parameter set is meant, by its full name.
public struct BufferKey: Hashable, Sendable {
  /// Such as `encoder.down1.norm.running_mean`.
  public let name: String
  let index: Int
}

/// The numbers of a network: parameters, which are learned, and buffers, which are recorded.
public struct ParameterSet: Sendable {
  /// Names of the parameters, in the order the network was built.
  public let names: [String]
  /// The parameters, in the same order.
  public internal(set) var parameters: [Tensor]
  /// Names of the buffers.
  public let bufferNames: [String]
  /// The buffers, in the same order; a training step replaces them where it records statistics.
  public var buffers: [Tensor] {
    willSet {
      precondition(
        newValue.map(\.shape) == buffers.map(\.shape), "ParameterSet: buffers of other shapes than \(bufferNames)")
    }
  }

  init(names: [String], parameters: [Tensor], bufferNames: [String], buffers: [Tensor]) {
    self.names = names
    self.parameters = parameters
    self.bufferNames = bufferNames
    self.buffers = buffers
  }

  /// The same network with other numbers.
  ///
  /// - Precondition: the shapes are the same.
  public func replacing(parameters: [Tensor], buffers: [Tensor]) -> ParameterSet {
    precondition(
      parameters.map(\.shape) == self.parameters.map(\.shape) && buffers.map(\.shape) == self.buffers.map(\.shape),
      "ParameterSet: numbers of other shapes than \(names)")
    return ParameterSet(names: names, parameters: parameters, bufferNames: bufferNames, buffers: buffers)
  }

  /// Moves every number a share of the way to another set's.
  mutating func move(toward other: ParameterSet, by share: Float) {
    for index in parameters.indices { parameters[index].move(toward: other.parameters[index], by: share) }
    for index in buffers.indices { buffers[index].move(toward: other.buffers[index], by: share) }
  }

  /// Number of learned numbers.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// Every parameter and buffer by name: together, the weights.
  public var weights: [(name: String, tensor: Tensor)] {
    zip(names, parameters).map { ($0, $1) } + zip(bufferNames, buffers).map { ($0, $1) }
  }
}
