import Foundation
import TesseraLabels

extension RunDirectory {
  /// Writes the tables of a history; each is there whole or not at all.
  func write(_ history: [EpochSummary], of labelSet: LabelSet) throws {
    try write(RunLog.table(history, classes: labelSet.classes.map(\.name)), to: table)
    try write(RunLog.lines(history), to: lines)
  }
}

/// The history of a run as tables: made anew from the history at each epoch, so that it never disagrees with it.
enum RunLog {
  /// Comma-separated values: a header, then a row per epoch.
  static func table(_ history: [EpochSummary], classes: [String]) -> String {
    let columns =
      ["epoch", "steps", "learning_rate"] + StepMeasure.allCases.map(\.column)
      + ["val_miou", "val_pixel_accuracy", "val_class_accuracy", "val_boundary_f1", "diagnosis"]
      + classes.map { "iou_\($0)" }
    let rows = history.map { epoch in
      let numbers: [Double?] =
        [epoch.learningRate] + StepMeasure.allCases.map { epoch[$0] }
        + [epoch.meanIoU, epoch.pixelAccuracy, epoch.meanClassAccuracy, epoch.boundaryF1]
      let cells = (numbers + epoch.iou).map { $0.map { "\($0)" } ?? "" }
      return
        (["\(epoch.epoch)", "\(epoch.steps)"] + cells[..<numbers.count] + [epoch.diagnosis?.rawValue ?? ""]
        + cells[numbers.count...]).joined(separator: ",")
    }
    return ([columns.map(quoted).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
  }

  /// One JSON object per line and epoch.
  static func lines(_ history: [EpochSummary]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return history.compactMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
  }

  private static func quoted(_ field: String) -> String {
    field.contains { ",\"\n\r".contains($0) } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}
