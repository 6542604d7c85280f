import SampleKit
import TesseraImaging

/// The errors of one number of labels, epoch by epoch.
struct ErrorCurves: Sendable {
  let labels: Int
  /// Shares of wrongly named digits without generated ones, after each epoch.
  let alone: [Double]
  /// The same with unlabelled and generated ones.
  let withFakes: [Double]

  /// One chart for each number of labels.
  static func draw(_ curves: [ErrorCurves]) -> Image {
    let charts = curves.map { curve in
      let epochs = Double(max(curve.alone.count, 2))
      func points(_ errors: [Double]) -> [ChartPoint] {
        errors.enumerated().map { ChartPoint(Double($0.offset + 1), 100 * $0.element) }
      }
      let top = (curve.alone + curve.withFakes).max() ?? 1
      return Chart(
        "\(curve.labels) labels: % wrong", xName: "epoch", x: 1...epochs, y: 0...max(100 * top, 1),
        series: [
          Series("labelled digits alone", .line, ChartColors.orange, points(curve.alone)),
          Series("with unlabelled and generated digits", .line, ChartColors.blue, points(curve.withFakes)),
        ])
    }
    return ChartSheet(charts, columns: min(2, charts.count), width: 460, height: 320).draw()
  }

  /// One line for each epoch, names in the first.
  static func csv(_ curves: [ErrorCurves]) -> String {
    let lines = curves.flatMap { curve in
      zip(curve.alone, curve.withFakes).enumerated().map {
        "\(curve.labels),\($0 + 1),\($1.0.decimal(5)),\($1.1.decimal(5))"
      }
    }
    return (["labels,epoch,error_alone,error_with_generated"] + lines).joined(separator: "\n") + "\n"
  }
}
