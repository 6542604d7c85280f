import TesseraNN
import TesseraTensor
import Testing

@Suite struct ArithmeticTests {
  static let shapes = [[2, 11, 3, 4], [1, 16, 2, 5], [1, 1, 1, 1], [1, 17, 1, 6], [3, 4], [7]]

  static func combine(
    _ a: ReferenceMap, _ b: ReferenceMap, _ f: (Double, Double) -> Double
  ) -> ReferenceMap {
    guard a.shape != b.shape else { return ReferenceMap(a.shape, zip(a.values, b.values).map(f)) }
    let pixels = a.shape[2] * a.shape[3]
    return ReferenceMap(a.shape, a.values.enumerated().map { f($1, b.values[$0 / pixels]) })
  }

  @Test(arguments: shapes)
  func elementByElement(_ shape: [Int]) throws {
    var generator = Generator(seed: 19, stream: "\(shape)")
    let inputs = [ReferenceMap.random(shape, &generator), .random(shape, &generator)]
    try expectAgreement(inputs) { v, _ in
      v[0] + v[1]
    } reference: {
      Self.combine($0[0], $0[1], +)
    }
    try expectAgreement(inputs) { v, _ in
      v[0] - v[1]
    } reference: {
      Self.combine($0[0], $0[1], -)
    }
    try expectAgreement(inputs) { v, _ in
      v[0] * v[1]
    } reference: {
      Self.combine($0[0], $0[1], *)
    }
    try expectAgreement([inputs[0]]) { v, _ in
      -2.5 * v[0]
    } reference: {
      $0[0].mapped { -2.5 * $0 }
    }
  }

  @Test(arguments: [[2, 11, 3, 4], [1, 16, 2, 5], [1, 1, 1, 7], [3, 5, 4, 1]])
  func channelByChannel(_ shape: [Int]) throws {
    var generator = Generator(seed: 20, stream: "\(shape)")
    let inputs = [ReferenceMap.random(shape, &generator), .random([shape[0], shape[1], 1, 1], &generator)]
    try expectAgreement(inputs) { v, _ in
      v[0] + v[1]
    } reference: {
      Self.combine($0[0], $0[1], +)
    }
    try expectAgreement(inputs) { v, _ in
      v[0] - v[1]
    } reference: {
      Self.combine($0[0], $0[1], -)
    }
    try expectAgreement(inputs) { v, _ in
      v[0] * v[1]
    } reference: {
      Self.combine($0[0], $0[1], *)
    }
  }

  @Test(arguments: [true, false])
  func operandsInTwoLayouts(_ blockedFirst: Bool) throws {
    var generator = Generator(seed: 21, stream: "two layouts")
    let inputs = [ReferenceMap.random([1, 5, 3, 3], &generator), .random([1, 5, 3, 3], &generator)]
    try expectAgreement(inputs) { v, _ in
      let a = relaid(v[0], in: blockedFirst ? .blocked : .channelsLast)
      let b = relaid(v[1], in: blockedFirst ? .rows : .blocked)
      return a * b + a
    } reference: {
      Self.combine($0[0], $0[1]) { $0 * $1 + $0 }
    }
  }

  @Test(arguments: shapes)
  func sumsAndMeans(_ shape: [Int]) throws {
    var generator = Generator(seed: 22, stream: "\(shape)")
    let inputs = [ReferenceMap.random(shape, &generator)]
    try expectAgreement(inputs) { v, _ in
      sum(v[0])
    } reference: {
      ReferenceMap([], [$0[0].values.reduce(0, +)])
    }
    try expectAgreement(inputs) { v, _ in
      mean(v[0] * v[0])
    } reference: {
      ReferenceMap([], [$0[0].values.reduce(0) { $0 + $1 * $1 } / Double($0[0].values.count)])
    }
  }
}
