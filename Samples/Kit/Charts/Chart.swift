/// Curves over one pair of axes.
package struct Chart: Hashable, Sendable {
  /// Arrows below the chart that show where a map takes the points of a line.
  package struct Arrows: Hashable, Sendable {
    /// What the lower line is.
    package let name: String
    /// What the lower line spans, drawn as wide as the chart.
    package let range: ClosedRange<Double>
    /// The arrows.
    package let arrows: [Arrow]

    /// Names a line and where its points go.
    package init(_ name: String, range: ClosedRange<Double>, _ arrows: [Arrow]) {
      self.name = name
      self.range = range
      self.arrows = arrows
    }
  }

  /// One point of the lower line, and where it goes on the axis of the chart.
  package struct Arrow: Hashable, Sendable {
    let from: Double
    let to: Double

    /// Names both ends.
    package init(from: Double, to: Double) {
      self.from = from
      self.to = to
    }
  }

  /// Stands above.
  package let title: String
  /// Stands at the right end of the axis that goes right.
  package let xName: String
  /// What the axis that goes right spans.
  package let x: ClosedRange<Double>
  /// What the axis that goes up spans.
  package let y: ClosedRange<Double>
  /// What is drawn, first ones below.
  package let series: [Series]
  /// What is drawn below; nil for nothing.
  package let arrows: Arrows?

  /// Describes a chart in ASCII, all that the letters of pictures have.
  ///
  /// - Precondition: the ranges are not empty.
  package init(
    _ title: String, xName: String, x: ClosedRange<Double>, y: ClosedRange<Double>, series: [Series],
    arrows: Arrows? = nil
  ) {
    precondition(x.lowerBound < x.upperBound && y.lowerBound < y.upperBound, "Chart: \(title) spans \(x) by \(y)")
    self.title = title
    self.xName = xName
    self.x = x
    self.y = y
    self.series = series
    self.arrows = arrows
  }
}
