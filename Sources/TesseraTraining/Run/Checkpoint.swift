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
    var discriminatorSteps: Int?
    /// What the data set was, to say so where it has changed.
    var data: DataFingerprint
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
      header.position.step >= 0, header.segmenterSteps >= 0, header.discriminatorSteps ?? 0 >= 0
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
    try restore(&state.segmenter, "segmenter", steps: header.segmenterSteps, from: tensors)
    if state.discriminator != nil {
      guard let steps = header.discriminatorSteps else {
        throw CheckpointError(file: file.path, problem: "there is no discriminator in it")
      }
      try restore(&state.discriminator!, "discriminator", steps: steps, from: tensors)
    }
    state.position = header.position
    state.generator = Generator(state: header.generator)
    state.totals = header.totals
    state.history = header.history
  }

  private func restore(
    _ learner: inout Learner, _ role: String, steps: Int, from tensors: [String: Tensor]
  ) throws(CheckpointError) {
    func find(_ kind: String, _ name: String, like old: Tensor) throws(CheckpointError) -> Tensor {
      guard let tensor = tensors["\(role).\(kind).\(name)"], tensor.shape == old.shape else {
        throw CheckpointError(file: file.path, problem: "\(role).\(kind).\(name) is missing or of another shape")
      }
      return tensor
    }
    let values = learner.values
    var parameters: [Tensor] = []
    var first: [Tensor] = []
    var second: [Tensor] = []
    for (name, old) in zip(values.names, values.parameters) {
      parameters.append(try find("weights", name, like: old))
      first.append(try find("first", name, like: old))
      if !learner.optimizer.state.second.isEmpty { second.append(try find("second", name, like: old)) }
    }
    var buffers: [Tensor] = []
    for (name, old) in zip(values.bufferNames, values.buffers) {
      buffers.append(try find("weights", name, like: old))
    }
    learner.values = values.replacing(parameters: parameters, buffers: buffers)
    learner.optimizer.state = Optimizer.State(step: steps, first: first, second: second)
  }

  /// Writes a state; after a crash at any instant the old file or the new one is there, whole.
  static func write(
    _ state: TrainingState, configuration: TrainingConfiguration, data: DataFingerprint, to path: String
  ) throws(SafetensorsError) {
    var writer = SafetensorsWriter()
    add(state.segmenter, "segmenter", to: &writer)
    if let discriminator = state.discriminator { add(discriminator, "discriminator", to: &writer) }
    let header = Header(
      configuration: configuration, position: state.position, generator: state.generator.state, totals: state.totals,
      history: state.history, segmenterSteps: state.segmenter.optimizer.state.step,
      discriminatorSteps: state.discriminator?.optimizer.state.step, data: data)
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
    func add(_ kind: String, _ name: String, _ tensor: Tensor) {
      writer.add("\(role).\(kind).\(name)", shape: tensor.shape.dimensions, floats: tensor.elements)
    }
    for (name, tensor) in learner.values.weights { add("weights", name, tensor) }
    let memory = learner.optimizer.state
    for (name, tensor) in zip(learner.values.names, memory.first) { add("first", name, tensor) }
    for (name, tensor) in zip(learner.values.names, memory.second) { add("second", name, tensor) }
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

/// What a data set was when a run began: enough to notice that it has changed.
struct DataFingerprint: Hashable, Codable {
  let classes: [String]
  let trainingSamples: [String]
  let validationSamples: [String]

  /// What differs, for people; nil where nothing does.
  func difference(from old: DataFingerprint) -> String? {
    if classes != old.classes { return "its classes were \(old.classes.joined(separator: ", "))" }
    if trainingSamples != old.trainingSamples {
      return "it had \(old.trainingSamples.count) training samples, now \(trainingSamples.count), or their names "
        + "changed"
    }
    if validationSamples != old.validationSamples {
      return "it had \(old.validationSamples.count) validation samples, now \(validationSamples.count), or their names "
        + "changed"
    }
    return nil
  }
}
