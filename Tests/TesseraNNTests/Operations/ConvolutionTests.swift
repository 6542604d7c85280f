import TesseraNN
import TesseraTensor
import Testing

@Suite struct ConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let source: [Int]
    let out: Int
    let geometry: ConvolutionGeometry
    var hasBias = true
    var tolerance = Tolerance.single
    var probes = 8

    init(_ name: String, _ source: [Int], to out: Int, _ geometry: ConvolutionGeometry) {
      testDescription = name
      self.source = source
      self.out = out
      self.geometry = geometry
    }

    func without(bias: Bool = true, winograd: Bool = false) -> Case {
      var result = self
      result.hasBias = bias
      result.tolerance = winograd ? .winograd : .single
      result.probes = winograd ? 4 : 8
      return result
    }
  }

  static let plain = [
    Case("one pixel, one channel", [1, 1, 1, 1], to: 1, .same(kernel: 1)),
    Case("one pixel under 3x3", [1, 2, 1, 1], to: 3, .same(kernel: 3)),
    Case("image of three channels to a block", [2, 3, 7, 5], to: 16, .same(kernel: 3)),
    Case("image of three channels to few", [3, 3, 5, 4], to: 4, .same(kernel: 3)),
    Case("row of pixels", [1, 11, 1, 13], to: 17, .same(kernel: 3)),
    Case("column of pixels", [1, 17, 13, 1], to: 5, .same(kernel: 3)),
    Case("1x1 between blocks", [1, 48, 3, 5], to: 16, .same(kernel: 1)),
    Case("1x1 to classes", [2, 32, 3, 3], to: 11, .same(kernel: 1)),
    Case("5x5", [1, 5, 6, 7], to: 4, .same(kernel: 5)),
  ]

  static let strided = [
    Case("stride 2", [2, 5, 9, 11], to: 11, .same(kernel: 3, stride: 2)),
    Case("stride 2 on blocks", [1, 16, 7, 8], to: 16, .same(kernel: 3, stride: 2)),
    Case("window that misses the last row", [1, 3, 6, 8], to: 2, .init(kernel: .init(3), stride: .init(2))),
    Case("1x1 with stride 2", [1, 16, 6, 7], to: 32, .same(kernel: 1, stride: 2)),
    Case("1x1 with stride 3", [1, 5, 8, 8], to: 3, .same(kernel: 1, stride: 3)),
    Case("4x4 with stride 2", [1, 3, 8, 6], to: 5, .init(kernel: .init(4), stride: .init(2), padding: .init(1))),
    Case("dilation 2", [1, 6, 9, 10], to: 4, .same(kernel: 3, dilation: 2)),
    Case("dilation 3 on blocks", [1, 16, 7, 8], to: 16, .same(kernel: 3, dilation: 3)),
    Case(
      "unequal along height and width", [1, 4, 8, 9], to: 3,
      .init(
        kernel: .init(height: 1, width: 3), stride: .init(height: 2, width: 1), padding: .init(height: 0, width: 2),
        dilation: .init(height: 1, width: 2))),
  ]

  static let grouped = [
    Case("two groups", [1, 6, 5, 7], to: 4, .same(kernel: 3, groups: 2)),
    Case("two groups of blocks", [1, 32, 4, 5], to: 32, .same(kernel: 3, groups: 2)),
    Case("depthwise block", [2, 16, 5, 7], to: 16, .same(kernel: 3, groups: 16)),
    Case("depthwise of five", [1, 5, 6, 5], to: 5, .same(kernel: 3, groups: 5)),
    Case("depthwise of 24, stride 2", [1, 24, 7, 9], to: 24, .same(kernel: 5, stride: 2, groups: 24)),
    Case("depthwise, dilated", [1, 16, 9, 7], to: 16, .same(kernel: 3, dilation: 2, groups: 16)),
    Case("depthwise that doubles", [1, 4, 5, 5], to: 8, .same(kernel: 3, groups: 4)),
  ]

  static let transformed = [
    Case("Winograd on one tile", [1, 16, 4, 4], to: 16, .same(kernel: 3)).without(winograd: true),
    Case("Winograd on odd sizes", [2, 16, 7, 5], to: 16, .same(kernel: 3)).without(bias: false, winograd: true),
    Case("Winograd of 32 to 48", [1, 32, 5, 3], to: 48, .same(kernel: 3)).without(bias: false, winograd: true),
    Case("Winograd on one pixel", [1, 16, 1, 1], to: 32, .same(kernel: 3)).without(winograd: true),
    Case("Winograd on a row", [1, 16, 1, 9], to: 16, .same(kernel: 3)).without(winograd: true),
  ]

  @Test(arguments: plain + strided + grouped + transformed)
  func agreesWithItsSum(_ c: Case) throws {
    var generator = Generator(seed: 3, stream: c.testDescription)
    let (kernel, groups) = (c.geometry.kernel, c.geometry.groups)
    let weights = ReferenceMap.random([c.out, c.source[1] / groups, kernel.height, kernel.width], &generator)
    let inputs =
      [.random(c.source, &generator), weights] + (c.hasBias ? [ReferenceMap.random([c.out], &generator)] : [])
    // As small as these are, only the cases that are to be summed on tiles are.
    let least = c.tolerance == .winograd ? 0 : Int.max
    try ConvolutionPlan.$leastWinogradOperations.withValue(least) {
      try expectAgreement(inputs, tolerance: c.tolerance, probes: c.probes) { v, _ in
        convolve(v[0], v[1], c.hasBias ? v[2] : nil, c.geometry)
      } reference: {
        referenceConvolution($0[0], $0[1], c.hasBias ? $0[2] : nil, c.geometry)
      }
    }
  }

  @Test func onlyWhatIsAskedForGetsGradients() throws {
    var generator = Generator(seed: 4, stream: "partial")
    let x = ReferenceMap.random([1, 3, 4, 5], &generator)
    let w = ReferenceMap.random([2, 3, 3, 3], &generator)
    let b = ReferenceMap.random([2], &generator)
    let geometry = ConvolutionGeometry.same(kernel: 3)
    try expectAgreement([x]) { v, pass in
      convolve(v[0], pass.constant(w.tensor), pass.constant(b.tensor), geometry)
    } reference: {
      referenceConvolution($0[0], w, b, geometry)
    }
    try expectAgreement([b]) { v, pass in
      convolve(pass.constant(x.tensor), pass.constant(w.tensor), v[0], geometry)
    } reference: {
      referenceConvolution(x, w, $0[0], geometry)
    }
  }

  @Test func shapesThatDoNotFitAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) {
      evaluate(noParameters()) { pass in
        _ = convolve(
          pass.constant(.zeros([1, 3, 4, 4])), pass.constant(.zeros([2, 4, 3, 3])), nil, .same(kernel: 3))
      }
    }
  }
}
