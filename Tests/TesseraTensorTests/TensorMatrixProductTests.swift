import TesseraTensor
import Testing

@Suite struct TensorMatrixProductTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 2), (17, 4, 33)], [(false, false), (true, false), (false, true), (true, true)])
  func agreesWithItsSum(_ sizes: (m: Int, n: Int, k: Int), _ transposed: (Bool, Bool)) {
    let (m, n, k) = sizes
    let a = Tensor.random(transposed.0 ? [k, m] : [m, k], seed: 1)
    let b = Tensor.random(transposed.1 ? [n, k] : [k, n], seed: 2)
    let c = a.matrixProduct(b, transposed: transposed.0, otherTransposed: transposed.1)
    let (left, right) = (a.elements.map(Double.init), b.elements.map(Double.init))
    let expected = (0..<m * n).map { index in
      (0..<k).reduce(0.0) { sum, inner in
        let l = transposed.0 ? left[inner * m + index / n] : left[index / n * k + inner]
        let r = transposed.1 ? right[index % n * k + inner] : right[inner * n + index % n]
        return sum + l * r
      }
    }
    #expect(c.shape == [m, n])
    #expect(zip(c.elements, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
  }

  @Test func nothingInside() {
    #expect(Tensor.zeros([2, 0]).matrixProduct(.zeros([0, 3])).elements == [0, 0, 0, 0, 0, 0])
  }
}
