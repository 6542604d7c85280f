import TesseraTensor

/// A tensor in double precision, which straight loops read and write.
struct ReferenceMap: Sendable {
  let shape: [Int]
  var values: [Double]

  /// Zeros.
  init(_ shape: [Int]) {
    self.shape = shape
    values = [Double](repeating: 0, count: shape.reduce(1, *))
  }

  init(_ shape: [Int], _ values: [Double]) {
    precondition(values.count == shape.reduce(1, *))
    self.shape = shape
    self.values = values
  }

  init(_ tensor: Tensor) { self.init(tensor.shape.dimensions, tensor.elements.map(Double.init)) }

  subscript(n: Int, c: Int, i: Int, j: Int) -> Double {
    get { values[((n * shape[1] + c) * shape[2] + i) * shape[3] + j] }
    set { values[((n * shape[1] + c) * shape[2] + i) * shape[3] + j] = newValue }
  }

  /// The tensor of these numbers, rounded.
  var tensor: Tensor { Tensor(Shape(shape), values.map { Float($0) }) }

  /// The largest absolute value.
  var largest: Double { values.reduce(0) { max($0, abs($1)) } }

  /// f of every element.
  func mapped(_ f: (Double) -> Double) -> ReferenceMap { ReferenceMap(shape, values.map(f)) }
}

extension ReferenceMap {
  /// Uniform within ±bound; every number is one that f32 holds exactly.
  static func random(_ shape: [Int], bound: Double = 1, _ generator: inout Generator) -> ReferenceMap {
    var result = ReferenceMap(shape)
    for index in result.values.indices {
      result.values[index] = Double(Float((2 * generator.uniform() - 1) * bound))
    }
    return result
  }

  /// Numbers 1/32 apart in random order, so that a small step changes no maximum; none is 0.
  static func distinct(_ shape: [Int], _ generator: inout Generator) -> ReferenceMap {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { (Double($0 - count / 2) + 0.5) / 32 }
    return ReferenceMap(shape, values.shuffled(using: &generator))
  }
}
