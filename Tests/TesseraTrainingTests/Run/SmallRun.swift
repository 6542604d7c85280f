import Foundation
import TesseraData
import TesseraModels
import TesseraNN
import TesseraTensor

@testable import TesseraTraining

/// A tiny procedural data set and a configuration that trains on it in a moment, in a folder that goes with the value.
final class SmallRun {
  let folder: URL
  let data: Dataset
  var configuration: TrainingConfiguration

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "data").path
    try Dataset.synthesize(to: path, images: 8, width: 40, height: 32, seed: 1)
    data = try Dataset(path: path)
    configuration = TrainingConfiguration()
    configuration.architecture = Architecture.unet(width: 2)
    configuration.discriminatorScale = 4
    configuration.warmStartEpochs = 1
    configuration.epochs = 3
    configuration.batch = 2
    configuration.cropHeight = 24
    configuration.cropWidth = 32
    configuration.seed = 5
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func run(_ name: String) -> RunDirectory { RunDirectory(path: folder.appending(path: name).path) }

  func trainer(_ name: String, resuming: Bool = false) throws -> Trainer {
    try Trainer(configuration, data: data, run: run(name), resuming: resuming)
  }

  /// Trains to the end and returns the final state.
  func finish(_ name: String, resuming: Bool = false) throws -> TrainingState {
    var trainer = try trainer(name, resuming: resuming)
    while try trainer.next() != nil {}
    return trainer.state
  }

  func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }
}

extension TrainingState {
  /// Every number of both networks, both optimisers and the averaged weights.
  var numbers: [[Float]] {
    [learners.segmenter, learners.adversary].compactMap(\.self).flatMap { learner in
      learner.values.weights.map(\.tensor.elements) + learner.optimizer.state.first.map(\.elements)
        + learner.optimizer.state.second.map(\.elements)
    } + average.values.weights.map(\.tensor.elements)
  }
}
