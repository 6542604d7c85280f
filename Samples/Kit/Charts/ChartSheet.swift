package import TesseraImaging
import TesseraLabels

/// Charts side by side and below one another, with one legend for all.
package struct ChartSheet {
  private let charts: [Chart]
  private let columns: Int
  private let size: (width: Int, height: Int)

  /// Twice as large, then halved: smooth lines.
  private static let oversampling = 2
  private static let scale = 2 * oversampling
  /// Where names in the legend begin.
  private static let legendIndent = 64 * scale

  /// Takes charts in reading order.
  ///
  /// - Parameters:
  ///   - columns: charts in a row.
  ///   - width: pixels of one chart.
  ///   - height: pixels of one chart.
  /// - Precondition: there is a chart, a column, and room for its labels.
  package init(_ charts: [Chart], columns: Int, width: Int, height: Int) {
    precondition(
      !charts.isEmpty && columns >= 1 && width >= 200 && height >= 150,
      "ChartSheet: \(charts.count) charts in \(columns) columns of \(width)×\(height)")
    self.charts = charts
    self.columns = columns
    size = (width * Self.oversampling, height * Self.oversampling)
  }

  /// Draws all.
  package func draw() -> Image {
    let scale = Self.scale
    let rows = (charts.count + columns - 1) / columns
    let entries = legend()
    let legendHeight = (entries.count + 1) * 12 * scale
    let letters = entries.map { Canvas.width(of: $0.name, scale: scale) }.max() ?? 0
    let width = max(min(columns, charts.count) * size.width, Self.legendIndent + letters + 8 * scale)
    let height = rows * size.height + legendHeight
    var canvas = Canvas(width: width, height: height, filledWith: ChartColors.paper)
    for (index, chart) in charts.enumerated() {
      let place = CanvasFrame(
        left: index % columns * size.width, top: index / columns * size.height, width: size.width, height: size.height)
      ChartPainter(chart: chart, place: place, scale: scale).draw(on: &canvas)
    }
    for (index, series) in entries.enumerated() {
      draw(series, x: 30 * scale, y: rows * size.height + index * 12 * scale + 6 * scale, on: &canvas)
    }
    return canvas.image.resized(width: width / Self.oversampling, height: height / Self.oversampling)
  }

  /// Each name once, in the order of appearance.
  private func legend() -> [Series] {
    var names: Set<String> = []
    return charts.flatMap(\.series).filter { names.insert($0.name).inserted }
  }

  private func draw(_ series: Series, x: Int, y: Int, on canvas: inout Canvas) {
    let scale = Self.scale
    let swatch = CanvasFrame(left: x, top: y, width: 28 * scale, height: 8 * scale)
    ChartPainter.drawSample(of: series, in: swatch, scale: scale, on: &canvas)
    canvas.write(series.name, x: Self.legendIndent, y: y, scale: scale, ChartColors.axis)
  }
}
