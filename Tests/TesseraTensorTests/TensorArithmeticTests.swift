import Testing

@testable import TesseraTensor

@Suite struct TensorArithmeticTests {
  static let counts = [1, 7, 16_384, 16_385, 100_003]

  @Test(arguments: counts)
  func totalsInDoublePrecision(_ count: Int) {
    let x = Tensor.random([count])
    let expected = x.elements.reduce(0) { $0 + Double($1) }
    let squares = x.elements.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(x.total() - expected) < 1e-8)
    #expect(abs(x.sumOfSquares() - squares) < 1e-8)
  }

  /// f32 would stop counting ones at 16,777,216.
  @Test func manyElementsAddUpExactly() {
    let x = Tensor.filled([20_000_000], with: 1)
    #expect(x.total() == 20_000_000 && x.sumOfSquares() == 20_000_000)
  }

  @Test func emptyTotals() {
    let empty = Tensor.zeros([0])
    #expect(empty.total() == 0 && empty.sumOfSquares() == 0 && empty.nonfiniteCount() == 0)
  }

  @Test func countsWhatIsNotFinite() {
    var elements = [Float](repeating: .greatestFiniteMagnitude, count: 40_000)
    elements[0] = .nan
    elements[20_000] = .infinity
    elements[39_999] = -.infinity
    elements[5] = .leastNonzeroMagnitude
    #expect(Tensor([40_000], elements).nonfiniteCount() == 3)
  }

  @Test(arguments: [Layout.rows, .channelsLast, .blocked])
  func sumsOverPixels(_ layout: Layout) {
    let (a, b) = (Tensor.random([2, 11, 3, 5], seed: 1), Tensor.random([2, 11, 3, 5], seed: 2))
    let (x, y) = (a.converted(to: layout), b.converted(to: layout))
    let sums = x.summedOverPixels()
    let dots = x.dottedOverPixels(y)
    #expect(sums.shape == [2, 11, 1, 1])
    for channel in 0..<22 {
      let run = channel * 15..<(channel + 1) * 15
      let sum = a.elements[run].reduce(0) { $0 + Double($1) }
      let dot = zip(a.elements[run], b.elements[run]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(Double(sums.elements[channel]) - sum) < 1e-6)
      #expect(abs(Double(dots.elements[channel]) - dot) < 1e-6)
    }
  }

  @Test func perImageAndPerBatch() {
    let vector = Tensor([3], [1, 2, 3])
    #expect(vector.repeated(batch: 2).shape == [2, 3, 1, 1])
    #expect(vector.repeated(batch: 2).elements == [1, 2, 3, 1, 2, 3])
    #expect(Tensor([2, 2, 1, 1], [1, 2, 10, 20]).summedOverBatch().elements == [11, 22])
  }

  @Test func theMaskIsAFunctionOfTheSeed() {
    let x = Tensor.filled([40_000], with: 1)
    #expect(x.dropped(keep: 0.3, seed: 5).elements == x.dropped(keep: 0.3, seed: 5).elements)
    #expect(x.dropped(keep: 0.3, seed: 5).elements != x.dropped(keep: 0.3, seed: 6).elements)
    #expect(x.dropped(keep: 1, seed: 5).elements == x.elements)
  }

  @Test func shapesMustBeEqual() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.zeros([1, 2, 3, 3]).multipliedByChannel(.zeros([1, 3, 1, 1]))
    }
  }
}
