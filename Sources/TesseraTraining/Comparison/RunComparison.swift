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

  /// Options that are paths, which may name the seed.
  private static let paths: Set = ["init", "unlabelled"]

  /// Whether two runs have an option in common.
  ///
  /// Paths that differ by the seed that they name, such as `runs/base-1` and `runs/base-2`, are one.
  private static func agree(_ a: RunRecord, _ b: RunRecord, on option: String) -> Bool {
    let (first, second) = (a.options[option], b.options[option])
    guard first != second, paths.contains(option), let first, let second else { return first == second }
    let (own, other) = (pieces(first), pieces(second))
    return own.count == other.count
      && zip(own, other).allSatisfy { $0 == $1 || ($0 == a.options["seed"] && $1 == b.options["seed"]) }
  }

  /// A path as runs of digits and of other characters.
  private static func pieces(_ path: String) -> [String] {
    var pieces: [String] = []
    var wasDigit: Bool?
    for character in path {
      let isDigit = ("0"..."9").contains(character)
      if isDigit == wasDigit {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
      wasDigit = isDigit
    }
    return pieces
  }

  /// Compares runs.
  ///
  /// - Throws: ``RunError`` where a run is of other classes or data than the first, or of the options and seed of
  ///   another.
  /// - Precondition: at least one run.
  public init(_ runs: [RunRecord]) throws(RunError) {
    guard let first = runs.first else { preconditionFailure("RunComparison: no run") }
    for run in runs where run.classes != first.classes {
      throw RunError(
        path: run.path, problem: "its classes are not those of \(first.path)",
        remedy: "compare runs on the same data set")
    }
    if let known = runs.first(where: { $0.dataDigest != nil }),
      let other = runs.first(where: { $0.dataDigest != nil && $0.dataDigest != known.dataDigest })
    {
      throw RunError(
        path: other.path, problem: "its training and validation files are not those of \(known.path)",
        remedy: "compare runs on the same data set, unchanged")
    }
    classes = first.classes
    let options = Set(runs.flatMap(\.options.keys)).subtracting(Self.incidental).sorted()
    var grouped: [[RunRecord]] = []
    for run in runs {
      let index = grouped.firstIndex { group in options.allSatisfy { Self.agree(group[0], run, on: $0) } }
      if let index { grouped[index].append(run) } else { grouped.append([run]) }
    }
    for runs in grouped {
      let bySeed = Dictionary(grouping: runs) { $0.options["seed"] }
      guard let twice = bySeed.values.first(where: { $0.count > 1 }) else { continue }
      throw RunError(
        path: twice[1].path, problem: "it has the options and the seed of \(twice[0].path)",
        remedy: "name one of them: a seed counts once")
    }
    let telling = options.filter { option in grouped.contains { !Self.agree(grouped[0][0], $0[0], on: option) } }
    groups = grouped.map { runs in
      let parts = telling.compactMap { option in runs[0].options[option].map { "\(option) \($0)" } }
      return Group(runs: runs, name: parts.isEmpty ? runs[0].path : parts.joined(separator: ", "))
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
