import TesseraNN
import TesseraTensor
import Testing

@Suite struct TransposedConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let source: [Int]
    let out: Int
    let geometry: ConvolutionGeometry
    var outputPadding = ConvolutionGeometry.Extent(0)
    var hasBias = true
    var tolerance = Tolerance.single
  }

  static let cases = [
    Case(
      testDescription: "twice the size", source: [2, 5, 3, 4], out: 3,
      geometry: .init(kernel: .init(2), stride: .init(2))),
    Case(
      testDescription: "twice the size, blocks", source: [1, 32, 3, 2], out: 16,
      geometry: .init(kernel: .init(2), stride: .init(2))),
    Case(
      testDescription: "output padding along the height", source: [1, 4, 3, 4], out: 2,
      geometry: .init(kernel: .init(3), stride: .init(2), padding: .init(1)),
      outputPadding: .init(height: 1, width: 0)),
    Case(
      testDescription: "output padding 2 of stride 3", source: [1, 3, 2, 3], out: 4,
      geometry: .init(kernel: .init(3), stride: .init(3)), outputPadding: .init(2), hasBias: false),
    Case(
      testDescription: "overlap and dilation", source: [1, 2, 4, 3], out: 3,
      geometry: .init(kernel: .init(3), stride: .init(2), padding: .init(1), dilation: .init(2)),
      outputPadding: .init(1)),
    Case(
      testDescription: "groups", source: [1, 4, 3, 3], out: 6,
      geometry: .init(kernel: .init(3), stride: .init(2), padding: .init(1), groups: 2)),
    Case(
      testDescription: "stride 1 on blocks", source: [1, 16, 4, 5], out: 16, geometry: .same(kernel: 3),
      tolerance: .winograd),
    Case(testDescription: "one pixel", source: [1, 1, 1, 1], out: 1, geometry: .init(kernel: .init(4))),
  ]

  /// Spreads every element of the map over its window.
  static func reference(
    _ x: ReferenceMap, _ w: ReferenceMap, _ bias: ReferenceMap?, _ g: ConvolutionGeometry,
    _ extra: ConvolutionGeometry.Extent
  ) -> ReferenceMap {
    let (inGroup, outGroup) = (x.shape[1] / g.groups, w.shape[1])
    func size(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      (input - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1
    }
    var y = ReferenceMap([
      x.shape[0], outGroup * g.groups,
      size(x.shape[2], g.kernel.height, g.stride.height, g.padding.height, g.dilation.height) + extra.height,
      size(x.shape[3], g.kernel.width, g.stride.width, g.padding.width, g.dilation.width) + extra.width,
    ])
    let pixels = y.shape[2] * y.shape[3]
    if let bias { for k in y.values.indices { y.values[k] = bias.values[k / pixels % y.shape[1]] } }
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<x.shape[2] {
          for j in 0..<x.shape[3] {
            for o in 0..<outGroup {
              for u in 0..<g.kernel.height {
                for v in 0..<g.kernel.width {
                  let row = i * g.stride.height - g.padding.height + u * g.dilation.height
                  let column = j * g.stride.width - g.padding.width + v * g.dilation.width
                  guard (0..<y.shape[2]).contains(row) && (0..<y.shape[3]).contains(column) else { continue }
                  y[n, c / inGroup * outGroup + o, row, column] += w[c, o, u, v] * x[n, c, i, j]
                }
              }
            }
          }
        }
      }
    }
    return y
  }

  @Test(arguments: cases)
  func agreesWithItsSum(_ c: Case) throws {
    var generator = Generator(seed: 5, stream: c.testDescription)
    let kernel = c.geometry.kernel
    let weights = ReferenceMap.random(
      [c.source[1], c.out / c.geometry.groups, kernel.height, kernel.width], &generator)
    let inputs =
      [.random(c.source, &generator), weights] + (c.hasBias ? [ReferenceMap.random([c.out], &generator)] : [])
    try expectAgreement(inputs, tolerance: c.tolerance, probes: 4) { v, _ in
      convolveTransposed(v[0], v[1], c.hasBias ? v[2] : nil, c.geometry, outputPadding: c.outputPadding)
    } reference: {
      Self.reference($0[0], $0[1], c.hasBias ? $0[2] : nil, c.geometry, c.outputPadding)
    }
  }

  @Test func outputPaddingStaysBelowTheStride() async {
    await #expect(processExitsWith: .failure) {
      evaluate(noParameters()) { pass in
        _ = convolveTransposed(
          pass.constant(.zeros([1, 1, 2, 2])), pass.constant(.zeros([1, 1, 2, 2])), nil,
          .init(kernel: .init(2), stride: .init(2)), outputPadding: .init(2))
      }
    }
  }
}
