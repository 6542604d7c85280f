import Foundation
import TesseraLabels
import TesseraWeights

/// What a finished or unfinished run left: its options and the history of its scores.
public struct RunRecord: Sendable {
  /// The run's folder.
  public let path: String
  /// Every option by its name, and the number of threads.
  public let options: [String: String]
  /// The epochs that are done, at least one.
  public let history: [EpochSummary]
  /// Names of the classes in index order.
  public let classes: [String]
  /// Which data set it trained on: `Dataset.digest()`; nil where its weights do not say.
  public let dataDigest: String?

  /// What the digest is called in the weights' provenance.
  static let dataKey = "data_sha256"
  /// Most bytes of a file that is read.
  private static let limit = 64 << 20

  /// Reads a run.
  ///
  /// - Throws: ``RunError`` naming the file that is missing or no run's.
  public init(_ run: RunDirectory) throws(RunError) {
    path = run.path
    options = try Self.options(in: run.configuration)
    let decoder = JSONDecoder()
    var history: [EpochSummary] = []
    for line in try Self.text(of: run.lines).split(separator: "\n") {
      guard let epoch = try? decoder.decode(EpochSummary.self, from: Data(line.utf8)) else {
        throw RunError(
          path: run.lines, problem: "line \(history.count + 1) is no epoch of a run", remedy: "train the run anew")
      }
      history.append(epoch)
    }
    guard !history.isEmpty else {
      throw RunError(
        path: run.lines, problem: "no epoch of this run is done", remedy: "let it train for an epoch at least")
    }
    if let epochs = options["epochs"].flatMap({ Int($0) }), history.count < epochs {
      throw RunError(
        path: run.path, problem: "only \(history.count) of its \(epochs) epochs are done",
        remedy: "let it end first: tessera train with --resume")
    }
    self.history = history
    do {
      let model = try Model.read(run.best)
      classes = model.classes.map(\.name)
      dataDigest = model.provenance[Self.dataKey]
    } catch {
      throw RunError(path: run.best, problem: "\(error)", remedy: "train the run anew")
    }
    guard history.allSatisfy({ $0.iou.count == classes.count }) else {
      throw RunError(
        path: run.lines, problem: "its scores are of another number of classes than \(run.best)",
        remedy: "train the run anew")
    }
  }

  /// The epoch with the best mIoU, the earliest of equals.
  public var best: EpochSummary { history.dropFirst().reduce(history[0]) { $1.meanIoU > $0.meanIoU ? $1 : $0 } }
  /// The last epoch.
  public var last: EpochSummary { history[history.count - 1] }

  private static func text(of path: String) throws(RunError) -> String {
    guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size <= limit,
      let text = try? String(contentsOfFile: path, encoding: .utf8)
    else {
      throw RunError(
        path: path, problem: "this file of a run cannot be read", remedy: "name a folder that tessera train wrote")
    }
    return text
  }

  /// The lines that ``TrainingConfiguration`` wrote, one option each.
  private static func options(in path: String) throws(RunError) -> [String: String] {
    var options: [String: String] = [:]
    for line in try text(of: path).split(separator: "\n") {
      let parts = line.split(separator: ": ", maxSplits: 1)
      guard parts.count == 2 else {
        throw RunError(path: path, problem: "\(line) is no option", remedy: "train the run anew")
      }
      let value = String(parts[1])
      let unquoted = value.hasPrefix("\"") ? try? JSONDecoder().decode(String.self, from: Data(value.utf8)) : value
      guard let unquoted else {
        throw RunError(path: path, problem: "\(line) is no option", remedy: "train the run anew")
      }
      options[String(parts[0])] = unquoted
    }
    return options
  }
}
