import Testing

@testable import TesseraTensor

@Suite struct ResamplingTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let source: Shape
    let height: Int
    let width: Int
    var testDescription: String { "\(source) to \(height)x\(width)" }
  }

  /// Larger, smaller, both at once, one pixel, one row, more rows than one band, and ratios that divide nothing.
  static let cases = [
    Case(source: [2, 17, 12, 15], height: 24, width: 30), Case(source: [1, 16, 23, 30], height: 46, width: 60),
    Case(source: [1, 11, 9, 12], height: 72, width: 96), Case(source: [1, 3, 72, 96], height: 9, width: 12),
    Case(source: [1, 5, 7, 31], height: 13, width: 11), Case(source: [2, 2, 31, 7], height: 11, width: 13),
    Case(source: [1, 33, 1, 1], height: 5, width: 9), Case(source: [1, 4, 8, 1], height: 1, width: 6),
    Case(source: [1, 6, 10, 10], height: 10, width: 10), Case(source: [1, 2, 150, 3], height: 140, width: 70),
    Case(source: [1, 2, 100, 5], height: 130, width: 4), Case(source: [1, 7, 6, 6], height: 7, width: 7),
  ]

  private static func neighbours(_ index: Int, _ from: Int, _ to: Int) -> [(index: Int, weight: Double)] {
    let position = min(max((Double(index) + 0.5) * Double(from) / Double(to) - 0.5, 0), Double(from - 1))
    let first = Int(position)
    let share = position - Double(first)
    return [(first, 1 - share), (min(first + 1, from - 1), share)]
  }

  /// Calls `body` with every result, the number it reads and the weight of that, all by their places in a plane.
  private static func forEachTerm(_ c: Case, _ body: (_ result: Int, _ source: Int, _ weight: Double) -> Void) {
    for i in 0..<c.height {
      for j in 0..<c.width {
        for row in neighbours(i, c.source[2], c.height) {
          for column in neighbours(j, c.source[3], c.width) {
            body(i * c.width + j, row.index * c.source[3] + column.index, row.weight * column.weight)
          }
        }
      }
    }
  }

  /// Every plane of `map`, through `transform`, at `size` pixels.
  private static func mapped(
    _ map: Tensor, size: Int, _ add: (_ from: ArraySlice<Float>, _ to: inout [Double]) -> Void
  ) -> [Double] {
    let all = map.elements
    let pixels = map.shape[2] * map.shape[3]
    return stride(from: 0, to: all.count, by: pixels).flatMap { start in
      var result = [Double](repeating: 0, count: size)
      add(all[start..<start + pixels], &result)
      return result
    }
  }

  private static func deviation(_ found: Tensor, _ expected: [Double]) -> Double {
    let largest = expected.reduce(1e-30) { max($0, abs($1)) }
    return zip(found.elements, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / largest
  }

  @Test(arguments: cases, LayoutTests.layouts)
  func bothDirectionsAgreeWithPlainLoops(_ c: Case, _ layout: Layout) {
    let resampling = Resampling(.bilinear, source: c.source, layout: layout, height: c.height, width: c.width)
    for precision in Precision.allCases {
      let x = Tensor.random(c.source).converted(to: layout, precision)
      let dy = Tensor.random(resampling.destination, seed: 2).converted(to: layout, precision)
      let y = resampling.forward(x)
      let dx = resampling.inputGradient(dy)
      let expected = Self.mapped(x, size: c.height * c.width) { from, to in
        Self.forEachTerm(c) { result, source, weight in to[result] += Double(from[from.startIndex + source]) * weight }
      }
      let gradient = Self.mapped(dy, size: c.source[2] * c.source[3]) { from, to in
        Self.forEachTerm(c) { result, source, weight in to[source] += Double(from[from.startIndex + result]) * weight }
      }
      // Channels last are oneDNN's, whose weights are a little less exact.
      let rounding = precision == .bf16 ? 0x1p-8 : layout == .channelsLast ? 2e-5 : 1e-5
      #expect(y.precision == precision && dx.precision == precision && y.layout == layout && dx.layout == layout)
      #expect(Self.deviation(y, expected) < rounding, "\(precision)")
      #expect(Self.deviation(dx, gradient) < rounding, "\(precision)")
    }
  }

  @Test func nearestKeepsThePrecision() {
    let x = Tensor.random([1, 5, 3, 4]).converted(to: .blocked, .bf16)
    let resampling = Resampling(.nearest, source: x.shape, layout: .blocked, height: 6, width: 8)
    let y = resampling.forward(x)
    #expect(y.precision == .bf16 && resampling.inputGradient(y).precision == .bf16)
    #expect(y.elements[0] == x.elements[0] && y.elements[1] == x.elements[0] && y.elements[2] == x.elements[1])
  }

  @Test(arguments: [Layout.rows, .blocked])
  func threadsChangeNothing(_ layout: Layout) {
    let x = Tensor.random([2, 20, 70, 33]).converted(to: layout)
    let resampling = Resampling(.bilinear, source: x.shape, layout: layout, height: 140, width: 50)
    let before = ComputeThreads.count
    defer { ComputeThreads.prepare(count: before) }
    let results = [1, 2, 3].map { count in
      ComputeThreads.prepare(count: count)
      let y = resampling.forward(x)
      return y.elements + resampling.inputGradient(y).elements
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }
}
