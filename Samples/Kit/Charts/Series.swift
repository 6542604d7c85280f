package import TesseraLabels

/// Points of a chart that belong together, in the order of x.
package struct Series: Hashable, Sendable {
  /// How points are joined.
  package enum Style: Hashable, Sendable {
    /// By an unbroken line.
    case line
    /// By dashes.
    case dashes
    /// By the surface between them and the axis.
    case area
  }

  /// What the legend says.
  package let name: String
  /// What it is drawn in.
  package let color: Color
  /// How points are joined.
  package let style: Style
  /// The points; those outside the chart are clipped.
  package let points: [ChartPoint]

  /// Names points and how to draw them.
  package init(_ name: String, _ style: Style, _ color: Color, _ points: [ChartPoint]) {
    self.name = name
    self.style = style
    self.color = color
    self.points = points
  }
}

/// A place in the coordinates of a chart.
package struct ChartPoint: Hashable, Sendable {
  /// Along the axis that goes right.
  package let x: Double
  /// Along the axis that goes up.
  package let y: Double

  /// Names a place.
  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}
