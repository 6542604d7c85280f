public import TesseraTensor

/// How layers behave that differ between training and use.
public enum Mode: Hashable, Sendable {
  /// Statistics are the batch's own and dropout drops; running statistics move only where `recordsStatistics`.
  case training(recordsStatistics: Bool)
  /// Statistics are the batch's own and nothing is dropped; running statistics become their mean over the batches so
  /// far, of which this is the one with index `batch`.
  case calibration(batch: Int)
  /// Statistics are the recorded ones and nothing is dropped.
  case inference
}

/// One evaluation of layers: joins their keys with the numbers of a parameter set.
public final class ForwardPass {
  /// How layers behave.
  public let mode: Mode
  /// How maps between layers are stored; parameters, statistics and losses are always f32.
  public let precision: Precision
  /// How many samples at the front of each batch are a reference batch, by which the others are normalised in training
  /// in place of each other: virtual batch normalisation; 0 for batch normalisation.
  public let references: Int
  /// Where dropout takes its masks from: one generator for all networks of an evaluation.
  public var generator: Generator {
    get { tape.generator }
    set { tape.generator = newValue }
  }

  /// What convolutions take instead of the set's numbers, in use.
  let prepared: PreparedPass?
  private let tape: Tape
  private let values: ParameterSet
  private let variables: [Variable]
  /// The buffers as this pass leaves them.
  private(set) var buffers: [Tensor]

  /// Starts a pass whose parameters learn, or are constants.
  init(
    _ values: ParameterSet, learns: Bool, mode: Mode, precision: Precision, tape: Tape,
    prepared: PreparedPass? = nil, references: Int = 0
  ) {
    precondition(references >= 0, "ForwardPass: \(references) references")
    self.mode = mode
    self.prepared = prepared
    self.precision = precision
    self.references = references
    self.tape = tape
    self.values = values
    variables = values.parameters.map { Variable($0, tape: tape, entry: learns ? tape.addParameter() : nil) }
    buffers = values.buffers
  }

  /// The numbers of a parameter.
  public subscript(_ key: ParameterKey) -> Variable {
    precondition(
      key.index < variables.count && values.names[key.index] == key.name,
      "ForwardPass: the layer's parameter \(key.name) is not of this set")
    return variables[key.index]
  }

  /// The numbers of a buffer.
  public subscript(_ key: BufferKey) -> Tensor {
    precondition(
      key.index < buffers.count && values.bufferNames[key.index] == key.name,
      "ForwardPass: the layer's buffer \(key.name) is not of this set")
    return buffers[key.index]
  }

  /// Records new numbers of a buffer; they take effect where the caller takes the pass's buffers.
  func record(_ value: Tensor, for key: BufferKey) { buffers[key.index] = value }

  /// Enters numbers from outside, through which no gradient passes.
  public func constant(_ value: Tensor) -> Variable { Variable(value, tape: tape, entry: nil) }

  /// Joins another network to this evaluation, in the same precision: gradients pass through it, but it does not learn.
  ///
  /// - Parameter references: samples at the front of its batches that are a reference batch.
  public func constants(_ other: ParameterSet, mode: Mode, references: Int = 0) -> ForwardPass {
    ForwardPass(other, learns: false, mode: mode, precision: precision, tape: tape, references: references)
  }

  /// The entries of the learning parameters.
  var entries: [Int?] { variables.map(\.entry) }
}
