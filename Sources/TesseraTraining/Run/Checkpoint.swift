import Foundation
import TesseraData
import TesseraNN
import TesseraTensor
import TesseraWeights

/// A training state as a file: both networks, both optimisers, the place in the data, the generator and the history.
///
/// Numbers are sealed with a digest, so that a damaged file is noticed and the one before it is used.
struct Checkpoint {
  /// What is not numbers of a network.
  struct Header: Codable {
    var configuration: TrainingConfiguration
    var position: BatchPosition
    var generator: [UInt64]
    var totals: EpochTotals
    var history: [EpochSummary]
    var segmenterSteps: Int
    var adversarySteps: Int?
    /// How colours are shifted and scaled: that of the data, or of the model that the run started from.
    var normalization: PixelNormalization
    /// What the data set was, to say so where it has changed.
    var data: DataFingerprint
    /// The libraries' sums depend on how many threads compute them.
    var threads: Int
    /// Plans that the run's file of them held: it must be as whole as this one.
    var planCount: Int
  }

  /// The tensor of bytes that holds the header as JSON: metadata has a limit that long runs would pass.
  static let headerName = "checkpoint"

  let header: Header
  private let file: SafetensorsFile

  /// Reads a file and checks its seal.
  init(path: String) throws(CheckpointError) {
    do {
      file = try SafetensorsFile(path: path)
      try file.verifySeal()
    } catch {
      throw CheckpointError(file: path, problem: "\(error)")
    }
    guard let text = try? file.bytes(of: Self.headerName),
      let header = try? JSONDecoder().decode(Header.self, from: Data(text)), header.generator.count == 4,
      header.generator.contains(where: { $0 != 0 }), header.position >= BatchPosition(epoch: 0, step: 0),
      header.position.step >= 0, header.segmenterSteps >= 0, header.adversarySteps ?? 0 >= 0, header.planCount >= 0
    else {
      throw CheckpointError(
        file: path, problem: "no training state is in it; give a folder that tessera train wrote")
    }
    self.header = header
  }

  /// Puts the stored numbers into the places of a state that was built for the same configuration.
  func restore(_ state: inout TrainingState) throws(CheckpointError) {
    let tensors: [String: Tensor]
    do { tensors = try file.tensors(except: Self.headerName) } catch {
      throw CheckpointError(file: file.path, problem: "\(error)")
    }
    try restore(&state.learners.segmenter, "segmenter", steps: header.segmenterSteps, from: tensors)
    state.average = WeightAverage(
      of: try weights("average", like: state.average.values, from: tensors), decay: state.average.decay)
    if state.learners.adversary != nil {
      guard let steps = header.adversarySteps else {
        throw CheckpointError(file: file.path, problem: "there is no adversary in it")
      }
      try restore(&state.learners.adversary!, "adversary", steps: steps, from: tensors)
    }
    state.position = header.position
    state.generator = Generator(state: header.generator)
    state.totals = header.totals
    state.history = header.history
  }

  private func restore(
    _ learner: inout Learner, _ role: String, steps: Int, from tensors: [String: Tensor]
  ) throws(CheckpointError) {
    let values = learner.values
    learner.values = try weights("\(role).weights", like: values, from: tensors)
    var first: [Tensor] = []
    var second: [Tensor] = []
    for (name, old) in zip(values.names, values.parameters) {
      first.append(try find("\(role).first.\(name)", like: old, in: tensors))
      guard !learner.optimizer.state.second.isEmpty else { continue }
      second.append(try find("\(role).second.\(name)", like: old, in: tensors))
    }
    learner.optimizer.state = Optimizer.State(step: steps, first: first, second: second)
    guard learner.history != nil else { return }
    var mean: [Tensor] = []
    for (name, old) in zip(values.names, values.parameters) {
      mean.append(try find("\(role).history.\(name)", like: old, in: tensors))
    }
    // Every step of the optimiser is remembered.
    learner.history?.state = HistoricalAverage.State(count: steps, mean: mean)
  }

  private func weights(
    _ prefix: String, like values: ParameterSet, from tensors: [String: Tensor]
  ) throws(CheckpointError) -> ParameterSet {
    var parameters: [Tensor] = []
    for (name, old) in zip(values.names, values.parameters) {
      parameters.append(try find("\(prefix).\(name)", like: old, in: tensors))
    }
    var buffers: [Tensor] = []
    for (name, old) in zip(values.bufferNames, values.buffers) {
      buffers.append(try find("\(prefix).\(name)", like: old, in: tensors))
    }
    return values.replacing(parameters: parameters, buffers: buffers)
  }

  private func find(
    _ name: String, like old: Tensor, in tensors: [String: Tensor]
  ) throws(CheckpointError) -> Tensor {
    guard let tensor = tensors[name], tensor.shape == old.shape else {
      throw CheckpointError(file: file.path, problem: "\(name) is missing or of another shape")
    }
    return tensor
  }

  /// Writes a state; after a crash at any instant the old file or the new one is there, whole.
  static func write(
    _ state: TrainingState, configuration: TrainingConfiguration, data: DataFingerprint,
    normalization: PixelNormalization, threads: Int, planCount: Int, to path: String
  ) throws(SafetensorsError) {
    var writer = SafetensorsWriter()
    add(state.learners.segmenter, "segmenter", to: &writer)
    add(state.average.values.weights, "average", to: &writer)
    if let adversary = state.learners.adversary { add(adversary, "adversary", to: &writer) }
    let header = Header(
      configuration: configuration, position: state.position, generator: state.generator.state, totals: state.totals,
      history: state.history, segmenterSteps: state.learners.segmenter.optimizer.state.step,
      adversarySteps: state.learners.adversary?.optimizer.state.step, normalization: normalization, data: data,
      threads: threads,
      planCount: planCount)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(header) else {
      preconditionFailure("Checkpoint: a summary holds a number that JSON cannot hold")
    }
    writer.add(headerName, dtype: .u8, shape: [text.count], bytes: Array(text))
    writer.seal()
    try writer.write(durablyTo: path)
  }

  private static func add(_ learner: Learner, _ role: String, to writer: inout SafetensorsWriter) {
    let names = learner.values.names
    let memory = learner.optimizer.state
    add(learner.values.weights, "\(role).weights", to: &writer)
    add(zip(names, memory.first).map { ($0, $1) }, "\(role).first", to: &writer)
    add(zip(names, memory.second).map { ($0, $1) }, "\(role).second", to: &writer)
    add(zip(names, learner.history?.state.mean ?? []).map { ($0, $1) }, "\(role).history", to: &writer)
  }

  private static func add(
    _ tensors: [(name: String, tensor: Tensor)], _ prefix: String, to writer: inout SafetensorsWriter
  ) {
    for (name, tensor) in tensors {
      writer.add("\(prefix).\(name)", shape: tensor.shape.dimensions, floats: tensor.elements)
    }
  }
}

/// Why a training state cannot be gone on from.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong.
  public let problem: String

  /// One line: file, cause.
  public var description: String { "\(file): this training state cannot be resumed: \(problem)" }
}
