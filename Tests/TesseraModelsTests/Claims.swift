import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

/// What a network claims, in order: every name with its shape, without drawing any numbers.
func claims<Network>(of body: (ParameterScope) -> Network) -> [(name: String, shape: Shape)] {
  let names = #expect(throws: WeightsError.self) { try build(from: .stored([:]), body) }?.missing ?? []
  // No parameter has an empty shape, so that all of these are misshapen.
  let empty = Dictionary(uniqueKeysWithValues: names.map { ($0, Tensor.zeros([0])) })
  let error = #expect(throws: WeightsError.self) { try build(from: .stored(empty), body) }
  return (error?.misshapen ?? []).map { ($0.name, $0.expected) }
}

/// How many of the claimed numbers are learned.
func learnedCount(_ claims: [(name: String, shape: Shape)]) -> Int {
  claims.filter { !$0.name.contains(".running_") }.reduce(0) { $0 + $1.shape.count }
}

/// A network whose numbers come quickly: uniform, of the spread that keeps activations in range; variances positive.
func buildQuickly<Network>(
  seed: UInt64 = 1, _ body: (ParameterScope) -> Network
) throws -> (network: Network, values: ParameterSet) {
  var state = seed
  let stored = claims(of: body).map { name, shape in
    let fanIn = max(1, shape.count / (shape.rank > 0 ? shape[0] : 1))
    let bound = shape.rank == 1 ? 0.5 : (6 / Float(fanIn)).squareRoot()
    let centre: Float = name.hasSuffix("running_var") ? 1 : 0
    return (name, uniform(shape, centre: centre, bound: bound, &state))
  }
  return try build(from: .stored(Dictionary(uniqueKeysWithValues: stored)), body)
}

/// Uniform numbers of a linear congruential generator (Knuth, The Art of Computer Programming 2, 3.3.4, line 26).
func uniform(_ shape: Shape, centre: Float = 0, bound: Float = 1, _ state: inout UInt64) -> Tensor {
  var word = state
  defer { state = word }
  return Tensor(shape) { buffer in
    var index = 0
    while index < buffer.count {
      word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      buffer[index] = centre + bound * (Float(word >> 40) / 8_388_608 - 1)
      index += 1
    }
  }
}

/// The largest absolute difference, as a share of the largest absolute value of `other`.
func deviation(_ a: Tensor, from other: Tensor) -> Float {
  guard a.shape == other.shape, a.nonfiniteCount() == 0 else { return .infinity }
  let largest = other.elements.reduce(0) { max($0, abs($1)) }
  return zip(a.elements, other.elements).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
}

/// A set of no parameters, under which everything is constant.
func noParameters() throws -> ParameterSet { try build(from: .random(seed: 0)) { _ in }.values }

/// Maps as a discriminator takes them: of black images, all of them labelled.
func encoded(_ maps: Tensor, _ pass: ForwardPass) -> EncodedLabelMaps {
  let images = Tensor.zeros([maps.shape[0], 3, maps.shape[2], maps.shape[3]])
  return EncodedLabelMaps(pass.constant(maps), images: pass.constant(images), coverage: nil)
}
