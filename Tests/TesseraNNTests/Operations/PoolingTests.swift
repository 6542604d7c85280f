import TesseraNN
import TesseraTensor
import Testing

@Suite struct PoolingTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let source: [Int]
    let geometry: ConvolutionGeometry

    init(_ name: String, _ source: [Int], _ geometry: ConvolutionGeometry) {
      testDescription = name
      self.source = source
      self.geometry = geometry
    }
  }

  static let cases = [
    Case("halves", [2, 5, 6, 8], .init(kernel: .init(2), stride: .init(2))),
    Case("halves odd sizes", [1, 16, 7, 5], .init(kernel: .init(2), stride: .init(2))),
    Case("overlaps with padding", [1, 11, 6, 7], .init(kernel: .init(3), stride: .init(2), padding: .init(1))),
    Case("stride 1 with padding", [1, 17, 5, 4], .same(kernel: 3)),
    Case("one pixel", [3, 1, 1, 1], .init(kernel: .init(1))),
    Case("row", [1, 3, 1, 9], .init(kernel: .init(height: 1, width: 3), stride: .init(height: 1, width: 2))),
    Case("column", [1, 48, 9, 1], .init(kernel: .init(height: 2, width: 1), stride: .init(height: 2, width: 1))),
    Case("leaves columns between windows", [1, 2, 5, 8], .init(kernel: .init(2), stride: .init(3))),
    Case("whole map", [2, 4, 5, 3], .init(kernel: .init(height: 5, width: 3))),
    Case(
      "unequal padding", [1, 6, 5, 6],
      .init(kernel: .init(height: 3, width: 2), stride: .init(2), padding: .init(height: 1, width: 0))),
  ]

  /// Reduces the values inside the map under each window; `area` is the window's.
  static func reference(
    _ x: ReferenceMap, _ g: ConvolutionGeometry, _ reduce: (_ values: [Double], _ area: Int) -> Double
  ) -> ReferenceMap {
    let size = [
      (x.shape[2] + 2 * g.padding.height - g.kernel.height) / g.stride.height + 1,
      (x.shape[3] + 2 * g.padding.width - g.kernel.width) / g.stride.width + 1,
    ]
    var y = ReferenceMap([x.shape[0], x.shape[1]] + size)
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<size[0] {
          for j in 0..<size[1] {
            var values: [Double] = []
            for u in 0..<g.kernel.height {
              for v in 0..<g.kernel.width {
                let (row, column) = (
                  i * g.stride.height - g.padding.height + u, j * g.stride.width - g.padding.width + v
                )
                guard (0..<x.shape[2]).contains(row) && (0..<x.shape[3]).contains(column) else { continue }
                values.append(x[n, c, row, column])
              }
            }
            y[n, c, i, j] = reduce(values, g.kernel.height * g.kernel.width)
          }
        }
      }
    }
    return y
  }

  @Test(arguments: cases)
  func theLargestWins(_ c: Case) throws {
    var generator = Generator(seed: 6, stream: c.testDescription)
    try expectAgreement([.distinct(c.source, &generator)]) { v, _ in
      maxPool(v[0], c.geometry)
    } reference: {
      Self.reference($0[0], c.geometry) { values, _ in values.max() ?? .nan }
    }
  }

  @Test(arguments: cases)
  func meansLeavePaddingOut(_ c: Case) throws {
    var generator = Generator(seed: 7, stream: c.testDescription)
    try expectAgreement([.random(c.source, &generator)]) { v, _ in
      averagePool(v[0], c.geometry)
    } reference: {
      Self.reference($0[0], c.geometry) { values, _ in values.reduce(0, +) / Double(values.count) }
    }
  }

  @Test(arguments: cases)
  func meansCountPaddingWhereAsked(_ c: Case) throws {
    var generator = Generator(seed: 8, stream: c.testDescription)
    try expectAgreement([.random(c.source, &generator)]) { v, _ in
      averagePool(v[0], c.geometry, countsPadding: true)
    } reference: {
      Self.reference($0[0], c.geometry) { values, area in values.reduce(0, +) / Double(area) }
    }
  }

  @Test func negativeMapsDoNotLoseToPadding() {
    let x = Tensor([1, 1, 2, 2], [-4, -3, -2, -1])
    let y = evaluate(noParameters()) { pass in
      maxPool(pass.constant(x), .same(kernel: 3)).value.elements
    }
    #expect(y == [-1, -1, -1, -1])
  }

  /// Of equal values one gets the whole gradient, so that nothing is counted twice.
  @Test(arguments: [Layout.rows, .channelsLast, .blocked])
  func equalValuesShareNoGradient(_ layout: Layout) throws {
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [1, 3, 4, 4], .ones) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (sum(maxPool(relaid(pass[key], in: layout), .init(kernel: .init(2), stride: .init(2)))), ())
    }
    #expect(result.gradients.tensors[0].total() == 12)
    #expect(result.gradients.tensors[0].elements.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test(arguments: [[2, 5, 3, 4], [1, 16, 5, 5], [1, 1, 1, 1], [1, 17, 1, 7], [4, 48, 2, 1]])
  func globalMeans(_ shape: [Int]) throws {
    var generator = Generator(seed: 9, stream: "global")
    try expectAgreement([.random(shape, &generator)]) { v, _ in
      globalAveragePool(v[0])
    } reference: { inputs in
      let pixels = shape[2] * shape[3]
      var y = ReferenceMap([shape[0], shape[1], 1, 1])
      for k in inputs[0].values.indices { y.values[k / pixels] += inputs[0].values[k] / Double(pixels) }
      return y
    }
  }
}
