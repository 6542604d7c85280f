import Foundation
import TesseraFiles
import TesseraWeights

/// The folder of one training run and the names of what lies in it.
public struct RunDirectory: Hashable, Sendable {
  /// Where it lies.
  public let path: String

  /// Names a folder, which need not exist.
  public init(path: String) { self.path = path }

  /// The folder of the run's twin without adversary.
  public var twin: RunDirectory { RunDirectory(path: "\(path)/twin") }

  /// The weights with the best validation score.
  public var best: String { "\(path)/\(Model.bestFileName)" }
  /// The weights after the last epoch.
  public var last: String { "\(path)/last.safetensors" }
  /// The training state to go on from.
  var state: String { "\(path)/state-last.safetensors" }
  /// The state before that, should the last be damaged.
  var previousState: String { "\(path)/state-previous.safetensors" }
  /// Every training option of the run and its number of threads.
  var configuration: String { "\(path)/resolved.yaml" }
  /// One row per epoch.
  var table: String { "\(path)/results.csv" }
  /// One JSON object per epoch.
  var lines: String { "\(path)/metrics.jsonl" }

  /// Whether a run can be gone on with.
  public var holdsState: Bool { first(of: [state, previousState]) != nil }
  /// The first file of what runs leave: to begin another run would replace it.
  var traceOfRun: String? { first(of: [state, previousState, best, last, table, lines, plans]) }

  private func first(of files: [String]) -> String? { files.first(where: FileManager.default.fileExists(atPath:)) }

  /// Makes the folder where it is missing.
  ///
  /// - Throws: ``RunError`` where the system refuses.
  func create() throws(RunError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RunError(
        path: path, problem: "the folder cannot be made (\(error.localizedDescription))", remedy: "choose another --out"
      )
    }
  }

  /// Refuses to begin a run where one has been.
  ///
  /// - Throws: ``RunError`` naming a file that would be replaced.
  public func requireUnused() throws(RunError) {
    guard let trace = traceOfRun else { return }
    guard !holdsState else {
      throw RunError(
        path: path, problem: "a training run is in this folder",
        remedy: "add --resume to go on, or choose another --out")
    }
    throw RunError(
      path: trace, problem: "a training run left this file, but no state to resume from",
      remedy: "choose another --out, or move it away")
  }

  /// Writes a text so that after a crash at any instant the old file or the new one is there, whole.
  func write(_ text: String, to path: String) throws { try DurableFile.write(Array(text.utf8), to: path) }
}

/// Why a run folder cannot be used.
public struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What is wrong.
  public let problem: String
  /// What to do.
  public let remedy: String

  /// One line: path, cause and remedy.
  public var description: String { "\(path): \(problem); \(remedy)" }
}
