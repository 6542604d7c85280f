import Foundation
import TesseraData

extension RunComparison: CustomStringConvertible {
  /// A table with a row for each group, then one with a row for each class; "–" where there is nothing to say.
  ///
  /// Scores are means and, over several seeds, standard deviations; differences are to the first group, seed by seed,
  /// with the probabilities of ``PairedTest``.
  public var description: String {
    let header = ["runs", "seeds", "best mIoU", "last mIoU", "boundary F1", "mIoU to first", "t test", "sign flips"]
    let rows = groups.map { group in
      let test = test(.bestMeanIoU, of: group)
      return [group.name, "\(group.runs.count)"]
        + [Score.bestMeanIoU, .lastMeanIoU, .boundaryF1].map { Self.text(spread($0, of: group)) }
        + [
          Self.text(test?.differences, signed: true), Self.text(test?.probability),
          Self.text(test.flatMap { $0.differences.count > 1 ? $0.exactProbability : nil }),
        ]
    }
    // What a class gains stands beside its score; the first group is what others are held against.
    let classRows = classes.enumerated().map { index, name in
      [name]
        + groups.flatMap { group in
          let scores = Self.text(spread(.iou(index), of: group))
          guard isPaired(group) else { return [scores] }
          let test = test(.iou(index), of: group)
          return [scores, Self.text(test?.differences, signed: true), Self.text(test?.probability)]
        }
    }
    let classHeader =
      ["IoU at the best epoch"]
      + groups.flatMap { group in
        isPaired(group) ? [group.name, "to first", "t test"] : [group.name]
      }
    return (alignedRows([header] + rows) + [""] + alignedRows([classHeader] + classRows)).joined(separator: "\n")
  }

  /// Whether a group has a seed in common with the first.
  private func isPaired(_ group: Group) -> Bool { test(.bestMeanIoU, of: group) != nil }

  private static func text(_ spread: Spread?, signed: Bool = false) -> String {
    guard let spread else { return "–" }
    let mean = String(format: signed ? "%+.4f" : "%.4f", spread.mean)
    return mean + (spread.deviation.map { String(format: " ± %.4f", $0) } ?? "")
  }

  private static func text(_ probability: Double?) -> String {
    probability.map { String(format: "p = %.3f", $0) } ?? "–"
  }
}

extension RunComparison: Encodable {
  private enum Key: String, CodingKey { case classes, groups }

  /// Writes every group with its runs, spreads and tests.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(classes, forKey: .classes)
    try container.encode(
      groups.map { group in
        GroupRow(
          name: group.name, runs: group.runs.map(\.path), bestMeanIoU: spread(.bestMeanIoU, of: group),
          lastMeanIoU: spread(.lastMeanIoU, of: group), boundaryF1: spread(.boundaryF1, of: group),
          iou: classes.indices.map { spread(.iou($0), of: group) },
          iouToFirst: classes.indices.map { test(.iou($0), of: group) }, toFirst: test(.bestMeanIoU, of: group),
          boundaryF1ToFirst: test(.boundaryF1, of: group))
      }, forKey: .groups)
  }

  private struct GroupRow: Encodable {
    let name: String
    let runs: [String]
    let bestMeanIoU: Spread?
    let lastMeanIoU: Spread?
    let boundaryF1: Spread?
    let iou: [Spread?]
    let iouToFirst: [PairedTest?]
    let toFirst: PairedTest?
    let boundaryF1ToFirst: PairedTest?
  }
}
