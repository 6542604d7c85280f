import TesseraImaging
import TesseraLabels
import Testing

@testable import SampleKit

/// Curves where they belong.
struct ChartTests {
  @Test(arguments: [
    (0.0...1.0, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (-3...3, 9, ["-3", "-2", "-1", "0", "1", "2", "3"]),
    (0...0.004, 5, ["0.000", "0.001", "0.002", "0.003", "0.004"]), (1...300, 4, ["100", "200", "300"]),
    (0.31...0.39, 2, ["0.35"]),
  ])
  func ticksAreRound(range: ClosedRange<Double>, limit: Int, labels: [String]) {
    let ticks = Ticks(in: range, limit: limit)
    #expect(ticks.values.map(ticks.label) == labels)
    #expect(ticks.values.allSatisfy { range.contains($0) || abs($0 - range.upperBound) < 1e-9 })
  }

  /// How many pixels have a colour, and the mean place of them.
  private func pixels(of color: Color, in image: Image) -> (count: Int, x: Double, y: Double) {
    let places = (0..<image.width * image.height).filter {
      Array(image.pixels[$0 * 3..<$0 * 3 + 3]) == [color.red, color.green, color.blue]
    }
    let count = max(places.count, 1)
    return (
      places.count, Double(places.reduce(0) { $0 + $1 % image.width }) / Double(count),
      Double(places.reduce(0) { $0 + $1 / image.width }) / Double(count)
    )
  }

  private func draw(_ style: Series.Style, _ points: [ChartPoint]) -> Image {
    let chart = Chart("", xName: "x", x: 0...10, y: 0...1, series: [Series("s", style, ChartColors.blue, points)])
    return ChartSheet([chart], columns: 1, width: 300, height: 200).draw()
  }

  @Test func higherNumbersStandHigherAndDashesHaveGaps() {
    let (low, high) = ([ChartPoint(0, 0.2), ChartPoint(10, 0.2)], [ChartPoint(0, 0.8), ChartPoint(10, 0.8)])
    let below = pixels(of: ChartColors.blue, in: draw(.line, low))
    let above = pixels(of: ChartColors.blue, in: draw(.line, high))
    #expect(below.count > 300 && above.y + 20 < below.y && abs(above.x - below.x) < 2)
    let dashed = pixels(of: ChartColors.blue, in: draw(.dashes, low))
    #expect(dashed.count < below.count * 7 / 10 && dashed.count > below.count / 4)
    let reversed = draw(.line, [ChartPoint(5, 0), ChartPoint(10, 1)])
    #expect(pixels(of: ChartColors.blue, in: reversed).x > above.x)
  }

  @Test func whatLiesOutsideIsLeftOut() {
    let none = pixels(of: ChartColors.blue, in: draw(.line, []))
    let wild: [[ChartPoint]] = [
      [ChartPoint(0, 2), ChartPoint(10, 2)], [ChartPoint(0, .nan), ChartPoint(10, 0.5)],
      [ChartPoint(0, .infinity), ChartPoint(10, -.infinity)], [ChartPoint(-30, 0.5), ChartPoint(-20, 0.5)],
    ]
    for points in wild {
      #expect(pixels(of: ChartColors.blue, in: draw(.line, points)).count == none.count)
      _ = draw(.area, points)
    }
  }

  @Test func oneLegendEntryANameAndRoomForAllCharts() {
    let series = Series("same", .line, ChartColors.green, [])
    let charts = (0..<3).map { Chart("\($0)", xName: "x", x: 0...1, y: 0...1, series: [series]) }
    let image = ChartSheet(charts, columns: 2, width: 300, height: 200).draw()
    #expect(image.width == 600 && image.height == 2 * 200 + 48)
  }
}
