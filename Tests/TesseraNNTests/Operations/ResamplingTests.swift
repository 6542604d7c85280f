import TesseraNN
import TesseraTensor
import Testing

@Suite struct ResamplingTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let source: [Int]
    let height: Int
    let width: Int
    var testDescription: String { "\(source) to \(height)x\(width)" }
  }

  static let cases = [
    Case(source: [2, 5, 3, 4], height: 6, width: 8),
    Case(source: [1, 16, 3, 5], height: 7, width: 11),
    Case(source: [1, 11, 4, 6], height: 9, width: 13),
    Case(source: [1, 17, 8, 7], height: 4, width: 3),
    Case(source: [1, 3, 8, 12], height: 2, width: 4),
    Case(source: [1, 2, 1, 1], height: 3, width: 5),
    Case(source: [1, 48, 1, 6], height: 1, width: 9),
    Case(source: [1, 4, 9, 1], height: 5, width: 2),
    Case(source: [3, 1, 5, 5], height: 5, width: 5),
    Case(source: [1, 2, 5, 4], height: 1, width: 1),
    Case(source: [1, 32, 3, 5], height: 5, width: 10),
  ]

  /// The two rows that a position lies between, clamped to the map, and the share of the second.
  static func neighbours(_ index: Int, from: Int, to: Int) -> (first: Int, second: Int, share: Double) {
    let position = min(max((Double(index) + 0.5) * Double(from) / Double(to) - 0.5, 0), Double(from - 1))
    let first = Int(position)
    return (first, min(first + 1, from - 1), position - Double(first))
  }

  static func bilinear(_ x: ReferenceMap, _ height: Int, _ width: Int) -> ReferenceMap {
    var y = ReferenceMap([x.shape[0], x.shape[1], height, width])
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<height {
          let row = neighbours(i, from: x.shape[2], to: height)
          for j in 0..<width {
            let column = neighbours(j, from: x.shape[3], to: width)
            let above =
              x[n, c, row.first, column.first] * (1 - column.share) + x[n, c, row.first, column.second] * column.share
            let below =
              x[n, c, row.second, column.first] * (1 - column.share) + x[n, c, row.second, column.second] * column.share
            y[n, c, i, j] = above * (1 - row.share) + below * row.share
          }
        }
      }
    }
    return y
  }

  /// Whole numbers only: the pixel of the source that the centre of the new one lies in.
  static func nearest(_ x: ReferenceMap, _ height: Int, _ width: Int) -> ReferenceMap {
    var y = ReferenceMap([x.shape[0], x.shape[1], height, width])
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<height {
          for j in 0..<width {
            y[n, c, i, j] = x[n, c, (2 * i + 1) * x.shape[2] / (2 * height), (2 * j + 1) * x.shape[3] / (2 * width)]
          }
        }
      }
    }
    return y
  }

  @Test(arguments: cases)
  func bilinearWeighsByDistance(_ c: Case) throws {
    var generator = Generator(seed: 10, stream: c.testDescription)
    try expectAgreement([.random(c.source, &generator)]) { v, _ in
      resample(v[0], height: c.height, width: c.width, .bilinear)
    } reference: {
      Self.bilinear($0[0], c.height, c.width)
    }
  }

  @Test(arguments: cases)
  func nearestTakesThePixelAroundTheCentre(_ c: Case) throws {
    var generator = Generator(seed: 11, stream: c.testDescription)
    try expectAgreement([.random(c.source, &generator)]) { v, _ in
      resample(v[0], height: c.height, width: c.width, .nearest)
    } reference: {
      Self.nearest($0[0], c.height, c.width)
    }
  }

  @Test func enlargingByTwoGivesQuarters() {
    let x = Tensor([1, 1, 1, 2], [0, 4])
    let y = evaluate(noParameters()) { pass in
      resample(pass.constant(x), height: 1, width: 4, .bilinear).value.elements
    }
    #expect(y == [0, 1, 3, 4])
  }
}
