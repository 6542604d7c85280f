import Foundation

/// Runs side by side: those that differ by their seed alone are one group, and every group is held against the first.
public struct RunComparison: Sendable {
  /// Runs of the same options but for the seed.
  public struct Group: Sendable {
    /// The runs in the order given.
    public let runs: [RunRecord]
    /// What tells the group from the others, such as `lambda 0.1`; the folder where it is the only one.
    public let name: String
  }

  /// A number of a run that is compared.
  public enum Score: Hashable, Sendable {
    /// Mean IoU at its best epoch.
    case bestMeanIoU
    /// Mean IoU after the last epoch.
    case lastMeanIoU
    /// Boundary F1 at the epoch of the best mIoU.
    case boundaryF1
    /// IoU of a class at that epoch.
    case iou(Int)

    func value(of run: RunRecord) -> Double? {
      switch self {
      case .bestMeanIoU: run.best.meanIoU
      case .lastMeanIoU: run.last.meanIoU
      case .boundaryF1: run.best.boundaryF1
      case .iou(let index): run.best.iou[index]
      }
    }
  }

  /// The groups in the order in which their first runs were given.
  public let groups: [Group]
  /// Names of the classes.
  public let classes: [String]

  /// Options that do not make another way of training.
  private static let incidental: Set = ["seed", "threads"]

  /// Compares runs.
  ///
  /// - Throws: ``RunError`` where a run is of other classes than the first.
  /// - Precondition: at least one run.
  public init(_ runs: [RunRecord]) throws(RunError) {
    guard let first = runs.first else { preconditionFailure("RunComparison: no run") }
    for run in runs where run.classes != first.classes {
      throw RunError(
        path: run.path, problem: "its classes are not those of \(first.path)",
        remedy: "compare runs on the same data set")
    }
    classes = first.classes
    var keys: [[String: String]] = []
    var grouped: [[RunRecord]] = []
    for run in runs {
      let key = run.options.filter { !Self.incidental.contains($0.key) }
      if let index = keys.firstIndex(of: key) {
        grouped[index].append(run)
      } else {
        keys.append(key)
        grouped.append([run])
      }
    }
    let names = Set(keys.flatMap(\.keys)).sorted()
    let telling = names.filter { name in Set(keys.map { $0[name] }).count > 1 }
    groups = zip(keys, grouped).map { key, runs in
      let name = telling.compactMap { option in key[option].map { "\(option) \($0)" } }.joined(separator: ", ")
      return Group(runs: runs, name: name.isEmpty ? runs[0].path : name)
    }
  }

  /// The mean and spread of a score over a group's runs; nil where no run has it.
  public func spread(_ score: Score, of group: Group) -> Spread? {
    Spread(group.runs.compactMap { score.value(of: $0) })
  }

  /// A group against the first one, run by run of the same seed; nil for the first and where no seed is in both.
  public func test(_ score: Score, of group: Group) -> PairedTest? {
    guard group.runs[0].path != groups[0].runs[0].path else { return nil }
    let others = Dictionary(groups[0].runs.map { ($0.options["seed"], $0) }) { first, _ in first }
    return PairedTest(
      group.runs.compactMap { run in
        guard let other = others[run.options["seed"]], let value = score.value(of: run),
          let before = score.value(of: other)
        else { return nil }
        return value - before
      })
  }
}
