import TesseraImaging
import TesseraLabels

/// Draws one chart into its part of a canvas.
struct ChartPainter {
  let chart: Chart
  /// The part of the canvas, title and labels included.
  let place: CanvasFrame
  /// Pixels of one point of a letter.
  let scale: Int

  private var line: Int { 11 * scale }

  /// The part between the axes.
  private var plot: CanvasFrame {
    let left = place.left + 30 * scale
    let top = place.top + 2 * line
    let below = 2 * line + (chart.arrows == nil ? 0 : 5 * line)
    return CanvasFrame(
      left: left, top: top, width: place.right - 8 * scale - left, height: place.bottom - below - top)
  }

  func draw(on canvas: inout Canvas) {
    canvas.write(chart.title, x: plot.left, y: place.top + 6 * scale, scale: scale, ChartColors.axis)
    drawGrid(on: &canvas)
    for series in chart.series { draw(series, on: &canvas) }
    drawFrame(on: &canvas)
    if let arrows = chart.arrows { draw(arrows, on: &canvas) }
  }

  private func horizontal(_ x: Double) -> Double {
    Double(plot.left) + (x - chart.x.lowerBound) / (chart.x.upperBound - chart.x.lowerBound) * Double(plot.width)
  }

  private func vertical(_ y: Double) -> Double {
    Double(plot.bottom) - (y - chart.y.lowerBound) / (chart.y.upperBound - chart.y.lowerBound) * Double(plot.height)
  }

  private func drawGrid(on canvas: inout Canvas) {
    let columns = Ticks(in: chart.x, limit: 9)
    for value in columns.values {
      let x = Int(horizontal(value).rounded())
      canvas.fill(x: x, y: plot.top, width: scale / 2, height: plot.height, ChartColors.grid)
      let label = columns.label(value)
      canvas.write(
        label, x: x - Canvas.width(of: label, scale: scale) / 2, y: plot.bottom + 4 * scale, scale: scale,
        ChartColors.axis)
    }
    let rows = Ticks(in: chart.y, limit: 7)
    for value in rows.values {
      let y = Int(vertical(value).rounded())
      canvas.fill(x: plot.left, y: y, width: plot.width, height: scale / 2, ChartColors.grid)
      let label = rows.label(value)
      canvas.write(
        label, x: plot.left - 4 * scale - Canvas.width(of: label, scale: scale), y: y - 3 * scale, scale: scale,
        ChartColors.axis)
    }
  }

  /// Draws what stands before a name in the legend.
  static func drawSample(of series: Series, in frame: CanvasFrame, scale: Int, on canvas: inout Canvas) {
    let y = Double(frame.top) + Double(frame.height) / 2
    let ends = [CanvasPoint(x: Double(frame.left), y: y), CanvasPoint(x: Double(frame.right), y: y)]
    draw(ends, series, in: frame, scale: scale, on: &canvas)
  }

  private func draw(_ series: Series, on canvas: inout Canvas) {
    let points = series.points.map { CanvasPoint(x: horizontal($0.x), y: vertical($0.y)) }
    Self.draw(points, series, in: plot, scale: scale, on: &canvas)
  }

  private static func draw(
    _ points: [CanvasPoint], _ series: Series, in frame: CanvasFrame, scale: Int, on canvas: inout Canvas
  ) {
    switch series.style {
    case .line: canvas.stroke(points, in: frame, thickness: 3 * scale / 2, series.color)
    case .dashes: canvas.stroke(points, in: frame, thickness: 3 * scale / 2, dash: 5 * scale, series.color)
    case .area:
      canvas.fill(below: points, in: frame, series.color.tinted)
      canvas.stroke(points, in: frame, thickness: scale, series.color)
    }
  }

  private func drawFrame(on canvas: inout Canvas) {
    let corners = [(plot.left, plot.top), (plot.left, plot.bottom), (plot.right, plot.bottom)]
    canvas.stroke(
      corners.map { CanvasPoint(x: Double($0.0), y: Double($0.1)) }, in: plot, thickness: scale, ChartColors.axis)
    guard chart.arrows == nil else { return }
    let width = Canvas.width(of: chart.xName, scale: scale)
    canvas.write(
      chart.xName, x: plot.left + (plot.width - width) / 2, y: plot.bottom + 4 * scale + line, scale: scale,
      ChartColors.axis)
  }

  private func draw(_ arrows: Chart.Arrows, on canvas: inout Canvas) {
    let top = plot.bottom + 15 * scale
    let bottom = plot.bottom + 5 * line + 4 * scale
    let strip = CanvasFrame(left: plot.left, top: top, width: plot.width, height: bottom - top)
    let width = arrows.range.upperBound - arrows.range.lowerBound
    for arrow in arrows.arrows where chart.x.contains(arrow.to) {
      let share = (arrow.from - arrows.range.lowerBound) / width
      let start = CanvasPoint(x: Double(strip.left) + share * Double(strip.width), y: Double(bottom))
      let end = CanvasPoint(x: horizontal(arrow.to), y: Double(top))
      canvas.stroke([start, end], in: strip, thickness: max(scale / 2, 1), ChartColors.arrow)
    }
    for y in [top, bottom] {
      canvas.fill(x: strip.left, y: y, width: strip.width, height: scale / 2, ChartColors.axis)
    }
    for (value, place) in [(arrows.range.lowerBound, strip.left), (arrows.range.upperBound, strip.right)] {
      let label = Ticks(in: arrows.range, limit: 4).label(value)
      canvas.write(
        label, x: place - Canvas.width(of: label, scale: scale) / 2, y: bottom + 4 * scale, scale: scale,
        ChartColors.axis)
    }
    let letters = Canvas.width(of: arrows.name, scale: scale)
    canvas.write(
      arrows.name, x: strip.left + (strip.width - letters) / 2, y: bottom + 4 * scale, scale: scale, ChartColors.axis)
  }
}

extension Canvas {
  /// Fills what lies between lines and the lower edge of a frame, column by column.
  fileprivate mutating func fill(below points: [CanvasPoint], in frame: CanvasFrame, _ color: Color) {
    for (from, to) in zip(points, points.dropFirst()) where to.x > from.x && from.y.isFinite && to.y.isFinite {
      let first = Int(max(from.x, Double(frame.left)).rounded())
      let last = Int(min(to.x, Double(frame.right)).rounded())
      for column in first..<max(first, last) {
        let share = min(max((Double(column) - from.x) / (to.x - from.x), 0), 1)
        let top = Int(min(max(from.y + share * (to.y - from.y), Double(frame.top)), Double(frame.bottom)).rounded())
        fill(x: column, y: top, width: 1, height: frame.bottom - top, color)
      }
    }
  }
}

extension Color {
  /// Pale enough for curves to be seen on it.
  fileprivate var tinted: Color {
    func pale(_ part: UInt8) -> UInt8 { UInt8((3 * 255 + Int(part)) / 4) }
    return Color(red: pale(red), green: pale(green), blue: pale(blue))
  }
}
