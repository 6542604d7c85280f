import TesseraImaging
import TesseraLabels

/// A place on a canvas in pixels, from the left and from the top.
struct CanvasPoint: Hashable {
  let x: Double
  let y: Double
}

/// The part of a canvas that is drawn on.
struct CanvasFrame: Hashable {
  let left: Int
  let top: Int
  let width: Int
  let height: Int

  var right: Int { left + width }
  var bottom: Int { top + height }

  func contains(_ point: CanvasPoint) -> Bool {
    Double(left)...Double(right) ~= point.x && Double(top)...Double(bottom) ~= point.y
  }
}

extension Canvas {
  /// Draws straight lines from point to point, as far as they lie within a frame.
  ///
  /// - Parameters:
  ///   - thickness: pixels across.
  ///   - dash: pixels of a dash and of the gap after it, which run on round corners; nil for one unbroken line.
  mutating func stroke(
    _ points: [CanvasPoint], in frame: CanvasFrame, thickness: Int, dash: Int? = nil, _ color: Color
  ) {
    var length = 0.0
    for (from, to) in zip(points, points.dropFirst()) {
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      let distance = (dx * dx + dy * dy).squareRoot()
      guard distance.isFinite else { continue }
      // Half a pixel a step leaves no gap in any direction; only lines far beyond the canvas take longer steps.
      let steps = Int(min(2 * distance, 20_000)) + 1
      for step in 0...steps {
        let share = Double(step) / Double(steps)
        let point = CanvasPoint(x: from.x + share * dx, y: from.y + share * dy)
        guard frame.contains(point) else { continue }
        if let dash, Int(length + share * distance) / dash % 2 == 1 { continue }
        dot(point, thickness, color)
      }
      length += distance
    }
  }

  private mutating func dot(_ point: CanvasPoint, _ side: Int, _ color: Color) {
    let half = Double(side) / 2
    fill(
      x: Int((point.x - half).rounded()), y: Int((point.y - half).rounded()), width: side, height: side, color)
  }
}
