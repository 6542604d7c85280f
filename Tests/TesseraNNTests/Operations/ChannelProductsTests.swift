import TesseraNN
import TesseraTensor
import Testing

@Suite struct ChannelProductsTests {
  static func products(_ x: ReferenceMap, _ z: ReferenceMap) -> ReferenceMap {
    let (left, right) = (x.shape[1], z.shape[1])
    var y = ReferenceMap([x.shape[0], left * right, x.shape[2], x.shape[3]])
    for n in 0..<x.shape[0] {
      for c in 0..<left {
        for k in 0..<right {
          for i in 0..<x.shape[2] {
            for j in 0..<x.shape[3] { y[n, c * right + k, i, j] = x[n, c, i, j] * z[n, k, i, j] }
          }
        }
      }
    }
    return y
  }

  /// The last is more than one item of the kernel.
  @Test(arguments: [
    ([2, 11, 3, 5], 3), ([1, 1, 1, 1], 1), ([1, 16, 4, 4], 16), ([3, 2, 1, 7], 5), ([2, 3, 31, 33], 3),
  ])
  func multipliesEachByEach(_ shape: [Int], _ right: Int) throws {
    var generator = Generator(seed: 31, stream: "\(shape)")
    let inputs: [ReferenceMap] = [
      .random(shape, &generator), .random([shape[0], right, shape[2], shape[3]], &generator),
    ]
    try expectAgreement(inputs) { v, _ in
      multiplyAllChannels(v[0], v[1])
    } reference: {
      Self.products($0[0], $0[1])
    }
  }

  /// A constant factor gets no gradient, and the other one the same as if it did.
  @Test func oneFactorMayBeConstant() throws {
    var generator = Generator(seed: 32, stream: "constant")
    let images = ReferenceMap.random([2, 3, 4, 5], &generator)
    try expectAgreement([.random([2, 4, 4, 5], &generator)]) { v, pass in
      multiplyAllChannels(v[0], pass.constant(images.tensor))
    } reference: {
      Self.products($0[0], images)
    }
  }

  @Test func notANumberIsNeverHidden() {
    let y = evaluate(noParameters()) { pass in
      multiplyAllChannels(
        pass.constant(Tensor([1, 2, 1, 2], [.nan, 1, 1, 1])), pass.constant(Tensor([1, 2, 1, 2], [0, 1, 2, 3]))
      ).value
    }
    #expect(y.elements.map(\.isNaN) == [true, false, true, false, false, false, false, false])
  }

  @Test func sizesMustFit() async {
    await #expect(processExitsWith: .failure) {
      _ = evaluate(noParameters()) { pass in
        multiplyAllChannels(pass.constant(.zeros([1, 2, 2, 3])), pass.constant(.zeros([1, 2, 3, 2]))).value
      }
    }
  }
}
