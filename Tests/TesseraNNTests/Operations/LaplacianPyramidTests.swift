import TesseraNN
import TesseraTensor
import Testing

@Suite struct LaplacianPyramidTests {
  static let weights: [Double] = [1, 4, 6, 4, 1]

  /// The weighted mean of those of a window's 25 places that `source` has a number for.
  private static func mean(_ source: (_ u: Int, _ v: Int) -> Double?) -> Double {
    var (sum, total) = (0.0, 0.0)
    for u in -2...2 {
      for v in -2...2 {
        guard let number = source(u, v) else { continue }
        let weight = weights[u + 2] * weights[v + 2]
        sum += weight * number
        total += weight
      }
    }
    return sum / total
  }

  static func halved(_ x: ReferenceMap) -> ReferenceMap {
    resized(x, [(x.shape[2] + 1) / 2, (x.shape[3] + 1) / 2]) { plane, i, j in
      mean { u, v in plane(2 * i + u, 2 * j + v) }
    }
  }

  static func doubled(_ x: ReferenceMap, _ size: [Int]) -> ReferenceMap {
    resized(x, size) { plane, i, j in
      mean { u, v in (i + u) % 2 == 0 && (j + v) % 2 == 0 ? plane((i + u) / 2, (j + v) / 2) : nil }
    }
  }

  private static func resized(
    _ x: ReferenceMap, _ size: [Int], _ number: ((Int, Int) -> Double?, Int, Int) -> Double
  ) -> ReferenceMap {
    var y = ReferenceMap([x.shape[0], x.shape[1]] + size)
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        func plane(_ i: Int, _ j: Int) -> Double? {
          (0..<x.shape[2]).contains(i) && (0..<x.shape[3]).contains(j) ? x[n, c, i, j] : nil
        }
        for i in 0..<size[0] {
          for j in 0..<size[1] { y[n, c, i, j] = number(plane, i, j) }
        }
      }
    }
    return y
  }

  static func pyramid(_ x: ReferenceMap, levels: Int) -> [ReferenceMap] {
    guard levels > 1 else { return [x] }
    let smaller = halved(x)
    let larger = doubled(smaller, Array(x.shape[2...]))
    let band = ReferenceMap(x.shape, zip(x.values, larger.values).map { $0 - $1 })
    return [band] + pyramid(smaller, levels: levels - 1)
  }

  @Test(arguments: [[2, 3, 13, 10], [1, 2, 1, 7], [1, 5, 6, 2], [1, 16, 8, 9]], 0..<3)
  func takesAMapApart(_ shape: [Int], _ level: Int) throws {
    var generator = Generator(seed: 12, stream: "pyramid")
    try expectAgreement([.random(shape, &generator)]) { v, _ in
      laplacianPyramid(v[0], levels: 3)[level]
    } reference: {
      Self.pyramid($0[0], levels: 3)[level]
    }
  }

  /// 16 in the middle of a row of five: at places 0 and 4 it counts 1 of 6 + 4 + 1, at place 2 it counts 6 of 16.
  @Test func numbersOfOneRow() {
    let x = Tensor([1, 1, 1, 5], [0, 0, 16, 0, 0])
    let (band, last) = evaluate(noParameters()) { pass in
      let levels = laplacianPyramid(pass.constant(x), levels: 2).map(\.value.elements)
      return (levels[0], levels[1])
    }
    let outer = Float(16) / 11
    for (found, expected) in zip(last, [outer, 6, outer]) { #expect(abs(found - expected) < 1e-5) }
    // Enlarged: (6·outer + 6) / 7, (4·outer + 4·6) / 8, (outer + 6·6 + outer) / 8, and back.
    let larger = [(6 * outer + 6) / 7, (outer + 6) / 2, (2 * outer + 36) / 8, (outer + 6) / 2, (6 * outer + 6) / 7]
    for (index, number) in larger.enumerated() { #expect(abs(band[index] - (x.elements[index] - number)) < 1e-5) }
  }

  @Test func oneLevelIsTheMap() {
    let x = Tensor([1, 1, 2, 2], [1, 2, 3, 4])
    let levels = evaluate(noParameters()) { pass in
      laplacianPyramid(pass.constant(x), levels: 1).map(\.value.elements)
    }
    #expect(levels == [[1, 2, 3, 4]])
  }

  /// Up to rounding, one pixel is its own mean.
  @Test func onePixelHasNoDetail() {
    let levels = evaluate(noParameters()) { pass in
      laplacianPyramid(pass.constant(Tensor([1, 1, 1, 1], [5])), levels: 3).map(\.value.scalar)
    }
    #expect(abs(levels[0]) < 1e-5 && abs(levels[1]) < 1e-5 && abs(levels[2] - 5) < 1e-5)
  }

  /// Up to the edges, a flat map has no detail.
  @Test func flatMapsHaveNoDetail() {
    let levels = evaluate(noParameters()) { pass in
      laplacianPyramid(pass.constant(.filled([1, 2, 11, 6], with: 3)), levels: 3).map(\.value)
    }
    #expect(levels.map(\.shape) == [[1, 2, 11, 6], [1, 2, 6, 3], [1, 2, 3, 2]])
    for level in levels.dropLast() { #expect(level.elements.allSatisfy { abs($0) < 1e-5 }) }
    #expect(levels[2].elements.allSatisfy { abs($0 - 3) < 1e-5 })
  }
}
