public import TesseraTensor

/// What one evaluation leaves: the value, the gradients of what learns, and the buffers as they were recorded.
public struct Differentiation<Output> {
  /// The scalar that was differentiated.
  public let value: Float
  /// One tensor per parameter, in the order of the set.
  public var gradients: Gradients
  /// The set's buffers after the pass.
  public let buffers: [Tensor]
  /// Where the generator stands after the pass.
  public let generator: Generator
  /// What the closure returned beside the scalar.
  public let output: Output
}

/// The gradients of a parameter set, in its order.
public struct Gradients: Sendable {
  /// One tensor per parameter, of its shape.
  public internal(set) var tensors: [Tensor]

  init(_ tensors: [Tensor]) { self.tensors = tensors }

  /// The Euclidean norm over all parameters.
  public var norm: Float { Float(tensors.reduce(0) { $0 + $1.sumOfSquares() }.squareRoot()) }

  /// Scales all gradients so that their norm is at most `limit`; returns the norm before.
  ///
  /// Source: Pascanu, Mikolov and Bengio 2013 (arXiv:1211.5063), Algorithm 1.
  @discardableResult
  public mutating func clip(toNorm limit: Float) -> Float {
    precondition(limit > 0, "Gradients.clip: limit \(limit)")
    let norm = norm
    if norm > limit { tensors = tensors.map { $0.scaled(by: limit / norm) } }
    return norm
  }
}

/// Evaluates a closure and the gradients of the scalar it returns, with respect to one parameter set.
///
/// The set that is passed is what learns; everything else that the closure touches is constant.
///
/// - Parameters:
///   - values: the numbers of the network that learns.
///   - mode: how its layers behave.
///   - references: samples at the front of each batch that are a reference batch; see ``ForwardPass/references``.
///   - precision: how maps between its layers are stored.
///   - generator: where its dropout masks come from.
///   - body: computes a scalar, and whatever the caller wants to keep.
public func valueAndGradients<Output>(
  of values: ParameterSet, mode: Mode, references: Int = 0, precision: Precision = .f32, generator: Generator,
  _ body: (ForwardPass) throws -> (loss: Variable, output: Output)
) rethrows -> Differentiation<Output> {
  let tape = Tape(generator: generator)
  let pass = ForwardPass(
    values, learns: true, mode: mode, precision: precision, tape: tape, references: references)
  let (loss, output) = try body(pass)
  precondition(loss.shape.count == 1, "valueAndGradients: the loss has shape \(loss.shape), not one element")
  let entries = pass.entries.compactMap(\.self)
  let found =
    loss.entry.map { tape.gradients(from: $0, seed: .filled(loss.shape, with: 1), of: entries) } ?? [:]
  let gradients = zip(entries, values.parameters).map { entry, parameter in
    found[entry]?.converted(to: .rows) ?? .zeros(parameter.shape)
  }
  return Differentiation(
    value: loss.value.scalar, gradients: Gradients(gradients), buffers: pass.buffers, generator: pass.generator,
    output: output)
}

/// Evaluates a closure without gradients: every parameter is a constant.
public func evaluate<Output>(
  _ values: ParameterSet, mode: Mode = .inference, references: Int = 0, precision: Precision = .f32,
  generator: Generator = Generator(seed: 0, stream: "evaluate"),
  _ body: (ForwardPass) throws -> Output
) rethrows -> Output {
  try body(
    ForwardPass(
      values, learns: false, mode: mode, precision: precision, tape: Tape(generator: generator), references: references)
  )
}

/// The network with the running statistics of these inputs: their mean over the batches, in which no earlier one has
/// a part.
///
/// Averaged weights never saw the statistics that were recorded along the way, and those are of varied samples and of
/// the last few batches only.
///
/// - Parameters:
///   - batches: how many; with none nothing changes.
///   - precision: how maps between the network's layers are stored.
///   - body: runs the network on the batch of an index.
/// - Source: Izmailov et al. 2018 (arXiv:1803.05407), section 3.2; Wu and Johnson 2021 (arXiv:2105.07576), section 3.
public func calibrated(
  _ values: ParameterSet, batches: Int, precision: Precision = .f32, _ body: (ForwardPass, _ batch: Int) throws -> Void
) rethrows -> ParameterSet {
  var values = values
  for batch in 0..<batches {
    let tape = Tape(generator: Generator(seed: 0, stream: "calibration"))
    let pass = ForwardPass(
      values, learns: false, mode: .calibration(batch: batch), precision: precision, tape: tape)
    try body(pass, batch)
    values.buffers = pass.buffers
  }
  return values
}
