import Testing

@testable import TesseraTensor

@Suite struct ChannelArithmeticTests {
  static let shapes: [Shape] = [
    [2, 11, 3, 5], [1, 16, 1, 1], [3, 1, 4, 4], [2, 40, 7, 3], [1, 17, 50, 90], [0, 3, 2, 2],
  ]
  static let forms: [(Layout, Precision)] = [
    (.blocked, .f32), (.blocked, .bf16), (.rows, .f32), (.rows, .bf16), (.channelsLast, .f32),
  ]

  /// The map as its form stores it, and one number for each of its channels.
  private func operands(_ shape: Shape, _ form: (Layout, Precision)) -> (map: Tensor, numbers: Tensor) {
    (
      Tensor.random(shape).converted(to: form.0, form.1),
      Tensor.random([shape[0], shape[1], 1, 1], seed: 2)
    )
  }

  private func tolerance(_ precision: Precision) -> Double { precision == .f32 ? 1e-6 : 0x1p-8 }

  private func expectClose(_ found: Tensor, _ expected: [Double], _ tolerance: Double) {
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(found.shape.count == expected.count)
    let worst = zip(found.elements, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    #expect(worst <= tolerance * max(largest, 1e-30), "off by \(worst) of \(largest)")
  }

  @Test(arguments: shapes, forms) func oneNumberForEachChannel(_ shape: Shape, _ form: (Layout, Precision)) {
    let (x, s) = operands(shape, form)
    let pixels = shape[2] * shape[3]
    let pairs = zip(x.elements, x.elements.indices.map { s.elements[$0 / pixels] })
    for factors in [s, s.converted(to: .blocked), s.converted(to: .channelsLast)] {
      let product = x.multipliedByChannel(factors)
      let sum = x.addingByChannel(factors)
      for y in [product, sum] {
        #expect(y.precision == form.1 && (y.layout == .blocked) == (form.0 == .blocked))
        if y.layout == .blocked { #expect(y.paddingIsZero) }
      }
      expectClose(product, pairs.map { Double($0) * Double($1) }, tolerance(form.1))
      expectClose(sum, pairs.map { Double($0) + Double($1) }, tolerance(form.1))
    }
  }

  @Test(arguments: shapes, forms) func bothNumbersInOnePass(_ shape: Shape, _ form: (Layout, Precision)) {
    let (x, s) = operands(shape, form)
    let terms = Tensor.random([shape[0], shape[1], 1, 1], seed: 4)
    let pixels = shape[2] * shape[3]
    let expected = x.elements.enumerated().map { index, v in
      Double(v) * Double(s.elements[index / pixels]) + Double(terms.elements[index / pixels])
    }
    let before = x.elements
    var y = x
    y.scaleByChannel(s.converted(to: .blocked), adding: terms)
    #expect(y.layout == (form.0 == .blocked ? .blocked : .rows) && y.precision == form.1)
    if y.layout == .blocked { #expect(y.paddingIsZero) }
    expectClose(y, expected, tolerance(form.1))
    #expect(x.elements == before, "the map that shared its memory")
    // Alone it keeps its memory.
    let address = y.address
    y.scaleByChannel(s, adding: nil)
    #expect(y.layout == .rows || y.address == address)
  }

  @Test(arguments: shapes, forms) func everyPixelTheSame(_ shape: Shape, _ form: (Layout, Precision)) {
    let (x, s) = operands(shape, form)
    let pixels = shape[2] * shape[3]
    for numbers in [s, s.converted(to: .blocked)] {
      let y = numbers.repeatedOverPixels(height: shape[2], width: shape[3], layout: form.0, precision: form.1)
      #expect(y.shape == shape && y.layout == form.0 && y.precision == form.1)
      if y.layout == .blocked { #expect(y.paddingIsZero) }
      expectClose(y, x.elements.indices.map { Double(s.elements[$0 / pixels]) }, tolerance(form.1))
    }
  }

  @Test(arguments: shapes, forms) func sums(_ shape: Shape, _ form: (Layout, Precision)) {
    let x = Tensor.random(shape).converted(to: form.0, form.1)
    let other = Tensor.random(shape, seed: 3)
    let pixels = shape[2] * shape[3]
    func each(_ term: (Int) -> Double) -> [Double] {
      (0..<shape[0] * shape[1]).map { channel in (0..<pixels).reduce(0) { $0 + term(channel * pixels + $1) } }
    }
    let a = x.elements
    let sums = x.summedOverPixels()
    #expect(sums.precision == .f32 && sums.shape == [shape[0], shape[1], 1, 1])
    expectClose(sums, each { Double(a[$0]) }, 1e-6)
    // Of one form, of two layouts, and of two precisions.
    for b in [other.converted(to: form.0, form.1), other, other.converted(to: .blocked, .bf16)] {
      let products = x.dottedOverPixels(b)
      #expect(products.precision == .f32)
      let elements = b.elements
      expectClose(products, each { Double(a[$0]) * Double(elements[$0]) }, 1e-6)
    }
  }

  @Test func manyPixelsAddUpExactly() {
    let ones = Tensor.filled([1, 2, 3000, 2000], with: 1).converted(to: .blocked, .bf16)
    #expect(ones.summedOverPixels().elements == [6_000_000, 6_000_000])
  }

  @Test func theNumberOfThreadsChangesNoSum() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.random([2, 19, 130, 71]).converted(to: .blocked)
      func results() -> [[Float]] { [x.summedOverPixels().elements, x.dottedOverPixels(x).elements] }
      ComputeThreads.prepare(count: 1)
      let alone = results()
      for count in [2, 3] {
        ComputeThreads.prepare(count: count)
        #expect(results() == alone, "\(count) threads")
      }
    }
  }
}

/// On tensors stored as bf16: as in f32 on the same numbers, then rounded.
@Suite struct BF16ArithmeticTests {
  static let shapes: [Shape] = [[1], [15], [16], [17], [40_001], [2, 11, 3, 5], [1, 40, 9, 7]]

  private func pair(_ shape: Shape, _ layout: Layout) -> (Tensor, Tensor) {
    let layout = shape.rank == 4 ? layout : .rows
    let (a, b) = (Tensor.random(shape, seed: 1), Tensor.random(shape, seed: 2))
    return (a.converted(to: layout, .bf16), b.converted(to: layout, .bf16))
  }

  private func expectRounded(_ found: Tensor, _ exact: Tensor) {
    #expect(found.precision == .bf16 && found.elements == exact.converted(to: .bf16).elements)
    if found.layout == .blocked { #expect(found.paddingIsZero) }
  }

  @Test(arguments: shapes, [Layout.rows, .blocked]) func elementByElement(_ shape: Shape, _ layout: Layout) {
    let (a, b) = pair(shape, layout)
    let (wideA, wideB) = (a.converted(to: .f32), b.converted(to: .f32))
    expectRounded(a.adding(b), wideA.adding(wideB))
    expectRounded(a.adding(wideB), wideA.adding(wideB))
    expectRounded(a.multiplied(by: b), wideA.multiplied(by: wideB))
    expectRounded(a.scaled(by: 0.3), wideA.scaled(by: 0.3))
    expectRounded(a.dropped(keep: 0.5, seed: 1), wideA.dropped(keep: 0.5, seed: 1))
    var sum = a
    sum.add(b)
    expectRounded(sum, wideA.adding(wideB))
    #expect(wideA.adding(b).precision == .f32 && wideA.adding(b).elements == wideA.adding(wideB).elements)
    #expect(a.total() == wideA.total() && a.sumOfSquares() == wideA.sumOfSquares() && a.nonfiniteCount() == 0)
  }

  @Test(
    arguments: [.relu, .leakyReLU(slope: 0.25), .relu6, .hardSwish, .hardSigmoid, .sigmoid, .tanh] as [Activation],
    shapes)
  func activations(_ activation: Activation, _ shape: Shape) {
    let (a, dy) = pair(shape, .blocked)
    let x = a.scaled(by: 7)
    let (wideX, wideDy) = (x.converted(to: .f32), dy.converted(to: .f32))
    expectRounded(x.activated(by: activation), wideX.activated(by: activation))
    expectRounded(
      x.activationGradient(of: activation, dy), wideX.activationGradient(of: activation, wideDy))
  }

  @Test func notANumberStaysOne() {
    let x = Tensor([17], [Float](repeating: .nan, count: 17)).converted(to: .bf16)
    #expect(x.activated(by: .hardSwish).nonfiniteCount() == 17)
    #expect(x.scaled(by: 2).nonfiniteCount() == 17)
  }

  /// What a vector's end is filled up with raises no flag.
  @Test func endsOfVectorsAreFinite() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.random([1_003]).converted(to: .bf16)
      let work = ComputeThreads.observingNonfinite {
        x.activated(by: .hardSwish).adding(x.activationGradient(of: .tanh, x)).scaled(by: 2)
      }
      #expect(work.isFinite)
    }
  }
}
