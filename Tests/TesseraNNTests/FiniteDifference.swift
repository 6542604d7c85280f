import TesseraTensor
import Testing

@testable import TesseraNN

/// How far f32 may be from the reference: `relative` of the number itself and `floor` of the largest one.
struct Tolerance: Equatable {
  let value: Double
  let gradient: Double

  /// Plain sums of f32.
  static let single = Tolerance(value: 1e-5, gradient: 5e-5)
  /// Convolutions on transformed tiles.
  static let winograd = Tolerance(value: 5e-4, gradient: 2e-3)
}

/// In which layout maps come to an operation, and in which the gradient of its result comes back.
struct LayoutPair {
  let input: Layout
  let gradient: Layout

  static let mixed = [
    LayoutPair(input: .rows, gradient: .blocked), LayoutPair(input: .blocked, gradient: .rows),
    LayoutPair(input: .channelsLast, gradient: .blocked), LayoutPair(input: .blocked, gradient: .channelsLast),
  ]
}

/// The derivative of Σ r·y with respect to some elements of one input, and along one direction through all of them.
private struct Probe {
  var elements: [(index: Int, derivative: Double)] = []
  let direction: ReferenceMap
  let alongDirection: Double
  /// The size of a derivative that counts.
  var scale: Double { max(elements.reduce(0) { max($0, abs($1.derivative)) }, 1e-3) }
}

/// Expects an operation's result to be the reference's, and its gradients to be the reference's finite differences.
///
/// Each input is a parameter of the evaluated set. The scalar that is differentiated is Σ r·y with random r. Central
/// differences are taken of the reference, in double precision, at up to `probes` elements of each input.
///
/// - Parameters:
///   - inputs: the numbers, each exact in f32.
///   - tolerance: how far f32 may be off.
///   - layouts: each is tried in turn, for every input with four axes.
///   - operation: the operation under test.
///   - reference: the same in double precision.
func expectAgreement(
  _ inputs: [ReferenceMap], tolerance: Tolerance = .single, layouts: [LayoutPair] = LayoutPair.mixed, probes: Int = 10,
  sourceLocation: SourceLocation = #_sourceLocation, operation: ([Variable], ForwardPass) -> Variable,
  reference: ([ReferenceMap]) -> ReferenceMap
) throws {
  var generator = Generator(seed: 1, stream: "agreement")
  let expected = reference(inputs)
  let weights = ReferenceMap.random(expected.shape, &generator)
  let found = differences(of: reference, at: inputs, weights: weights, count: probes, &generator)
  let stored = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ("\($0)", $1.tensor) })
  let (keys, values) = try build(from: .stored(stored)) { scope in
    inputs.enumerated().map { scope.parameter("\($0)", Shape($1.shape), .zeros) }
  }
  for pair in layouts {
    let result = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 2, stream: "mask")
    ) { pass in
      let y = operation(keys.map { relaid(pass[$0], in: pair.input) }, pass)
      return (sum(pass.constant(weights.tensor) * relaid(y, gradient: pair.gradient)), y.value)
    }
    let place = "input \(pair.input), gradient \(pair.gradient)"
    #expect(result.output.shape.dimensions == expected.shape, sourceLocation: sourceLocation)
    expectEqual(result.output, expected, tolerance: tolerance.value, "value, \(place)", sourceLocation)
    for (index, probe) in found.enumerated() {
      expect(
        result.gradients.tensors[index], agreesWith: probe, tolerance.gradient, "gradient \(index), \(place)",
        sourceLocation)
    }
  }
}

/// Expects every element to be within `tolerance` of the largest one.
func expectEqual(
  _ found: Tensor, _ expected: ReferenceMap, tolerance: Double = Tolerance.single.value, _ what: String = "",
  _ sourceLocation: SourceLocation = #_sourceLocation
) {
  let bound = tolerance * max(expected.largest, 1e-3)
  let wrong = zip(found.elements, expected.values).enumerated().first { !(abs(Double($1.0) - $1.1) <= bound) }
  let report = wrong.map { "element \($0.offset) is \($0.element.0), not \($0.element.1)" }
  #expect(report == nil, "\(what), bound \(bound)", sourceLocation: sourceLocation)
}

private func expect(
  _ gradient: Tensor, agreesWith probe: Probe, _ tolerance: Double, _ what: String, _ sourceLocation: SourceLocation
) {
  let elements = gradient.elements
  let bound = tolerance * probe.scale
  let wrong = probe.elements.first { !(abs(Double(elements[$0.index]) - $0.derivative) <= bound) }
  let report = wrong.map { "element \($0.index) is \(elements[$0.index]), not \($0.derivative)" }
  #expect(report == nil, "\(what), bound \(bound)", sourceLocation: sourceLocation)
  let along = zip(elements, probe.direction.values).reduce(0) { $0 + Double($1.0) * $1.1 }
  #expect(
    abs(along - probe.alongDirection) <= bound * Double(elements.count).squareRoot(), "\(what), along a direction",
    sourceLocation: sourceLocation)
}

private func differences(
  of reference: ([ReferenceMap]) -> ReferenceMap, at inputs: [ReferenceMap], weights: ReferenceMap, count: Int,
  _ generator: inout Generator
) -> [Probe] {
  let step = 1e-5
  func total(_ inputs: [ReferenceMap]) -> Double {
    zip(reference(inputs).values, weights.values).reduce(0) { $0 + $1.0 * $1.1 }
  }
  func slope(_ index: Int, _ move: (inout ReferenceMap, Double) -> Void) -> Double {
    var (after, before) = (inputs, inputs)
    move(&after[index], step)
    move(&before[index], -step)
    return (total(after) - total(before)) / (2 * step)
  }
  return inputs.indices.map { index in
    let direction = ReferenceMap.random(inputs[index].shape, &generator)
    let along = slope(index) { map, step in
      for k in map.values.indices { map.values[k] += step * direction.values[k] }
    }
    let all = Array(inputs[index].values.indices).shuffled(using: &generator)
    var probe = Probe(direction: direction, alongDirection: along)
    probe.elements = all.prefix(count).map { element in (element, slope(index) { $0.values[element] += $1 }) }
    return probe
  }
}

/// The same map in another layout.
func relaid(_ x: Variable, in layout: Layout) -> Variable {
  guard x.shape.rank == 4 else { return x }
  return .result(x.value.converted(to: layout), of: [x]) { dy, _ in [dy] }
}

/// The same map, whose gradient goes on in another layout.
private func relaid(_ x: Variable, gradient layout: Layout) -> Variable {
  guard x.shape.rank == 4 else { return x }
  return .result(x.value, of: [x]) { dy, _ in [dy.converted(to: layout)] }
}

/// A set of no parameters, under which everything is constant.
func noParameters() -> ParameterSet { ParameterSet(names: [], parameters: [], bufferNames: [], buffers: []) }
