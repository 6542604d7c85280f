import Foundation
import TesseraLabels

extension EvaluationReport: CustomStringConvertible {
  /// A table with a row for each class, then the scores of the whole; "–" where there is nothing to measure.
  public var description: String {
    let header = ["class", "IoU", "accuracy", "precision", "Dice", "pixels"]
    let rows = classes.map { row in
      let scores = [row.scores.iou, row.scores.recall, row.scores.precision, row.scores.dice].map(Self.text)
      return [row.name] + scores + [row.scores.truePixels == 0 ? "–" : "\(row.scores.truePixels)"]
    }
    let totals = summary.map { ($0.name, Self.text($0.value)) } + [("images in \(split)", "\(imageCount)")]
    let widest = totals.map(\.0.count).max() ?? 0
    return
      (alignedRows([header] + rows) + [""]
      + totals.map { name, value in "\(name)\(Self.spaces(widest - name.count + 2))\(value)" })
      .joined(separator: "\n")
  }

  private static func text(_ score: Double?) -> String { score.map { String(format: "%.4f", $0) } ?? "–" }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
