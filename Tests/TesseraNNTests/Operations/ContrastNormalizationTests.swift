import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ContrastNormalizationTests {
  /// The mean of f over all channels and places of a square window around a pixel that lie on the map.
  private static func mean(
    _ shape: [Int], _ side: Int, around place: (i: Int, j: Int), _ f: (_ c: Int, _ i: Int, _ j: Int) -> Double
  ) -> Double {
    var (sum, total) = (0.0, 0.0)
    let deviation = Double(side) / 4
    for i in max(0, place.i - side / 2)...min(shape[2] - 1, place.i + side / 2) {
      for j in max(0, place.j - side / 2)...min(shape[3] - 1, place.j + side / 2) {
        let distance = Double((i - place.i) * (i - place.i) + (j - place.j) * (j - place.j))
        let weight = exp(-distance / (2 * deviation * deviation))
        for c in 0..<shape[1] {
          sum += weight * f(c, i, j)
          total += weight
        }
      }
    }
    return sum / total
  }

  static func reference(_ x: ReferenceMap, side: Int) -> ReferenceMap {
    var y = ReferenceMap(x.shape)
    for n in 0..<x.shape[0] {
      var centred = ReferenceMap([1] + x.shape[1...])
      var spreads = ReferenceMap([1, 1] + x.shape[2...])
      for i in 0..<x.shape[2] {
        for j in 0..<x.shape[3] {
          let mean = mean(x.shape, side, around: (i, j)) { x[n, $0, $1, $2] }
          for c in 0..<x.shape[1] { centred[0, c, i, j] = x[n, c, i, j] - mean }
        }
      }
      for i in 0..<x.shape[2] {
        for j in 0..<x.shape[3] {
          spreads[0, 0, i, j] =
            mean(x.shape, side, around: (i, j)) {
              centred[0, $0, $1, $2] * centred[0, $0, $1, $2]
            }.squareRoot()
        }
      }
      let least = max(spreads.values.reduce(0, +) / Double(spreads.values.count), 1e-4)
      for c in 0..<x.shape[1] {
        for i in 0..<x.shape[2] {
          for j in 0..<x.shape[3] { y[n, c, i, j] = centred[0, c, i, j] / max(spreads[0, 0, i, j], least) }
        }
      }
    }
    return y
  }

  @Test(arguments: [[2, 3, 13, 10], [1, 1, 4, 5], [1, 3, 1, 9], [1, 16, 6, 7], [1, 3, 1, 1]], [1, 3, 15])
  func takesAwayMeanAndSpread(_ shape: [Int], _ side: Int) {
    var generator = Generator(seed: 13, stream: "contrast")
    let x = ReferenceMap.random(shape, &generator)
    let expected = Self.reference(x, side: side)
    for layout in [Layout.rows, .blocked, .channelsLast] {
      let found = evaluate(noParameters()) { pass in
        normalizeContrast(relaid(pass.constant(x.tensor), in: layout), side: side).value
      }
      expectEqual(found, expected, "\(layout)")
    }
  }

  /// Of one channel and a window of one pixel nothing is left; of two, half their difference, over itself.
  @Test func handMadeNumbers() {
    let found = evaluate(noParameters()) { pass in
      [Tensor([1, 1, 1, 2], [3, 5]), Tensor([1, 2, 1, 1], [3, 5])].map {
        normalizeContrast(pass.constant($0), side: 1).value.elements
      }
    }
    #expect(found == [[0, 0], [-1, 1]])
  }

  /// Flat images are 0 and not the quotient of two roundings; images of a batch are apart.
  @Test func flatImagesBecomeZero() {
    var numbers = [Float](repeating: 0.7, count: 3 * 5 * 6)
    numbers += (0..<3 * 5 * 6).map { Float($0 * 37 % 11) }
    let found = evaluate(noParameters()) { pass in
      normalizeContrast(pass.constant(Tensor([2, 3, 5, 6], numbers)), side: 15).value.elements
    }
    #expect(found.prefix(90).allSatisfy { abs($0) < 0.01 } && found.suffix(90).contains { abs($0) > 1 })
  }

  @Test func whatIsNotANumberStaysSo() {
    var numbers = [Float](repeating: 1, count: 12 * 12)
    numbers[0] = .nan
    let found = evaluate(noParameters()) { pass in
      normalizeContrast(pass.constant(Tensor([1, 1, 12, 12], numbers)), side: 3).value.elements
    }
    #expect(found[0].isNaN && found[1].isNaN)
  }

  @Test func gradientsDoNotPass() async {
    await #expect(processExitsWith: .failure) {
      let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [1, 1, 4, 4], .ones) }
      _ = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
        (sum(normalizeContrast(pass[key], side: 3)), ())
      }
    }
  }
}
