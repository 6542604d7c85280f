import Testing

@testable import TesseraTensor

/// What a normalisation gives, in double precision and element by element.
private struct Reference {
  let mean: [Double]
  let variance: [Double]
  var output: [Double] = []
  var input: [Double] = []
  var scale: [Double]
  var shift: [Double]
}

@Suite struct BatchNormalizationTests {
  static let shapes: [Shape] = [
    [2, 11, 3, 5], [2, 16, 1, 1], [1, 17, 7, 9], [2, 48, 23, 30], [3, 5, 29, 61], [1, 32, 1, 700],
  ]
  static let activations: [Activation?] = [nil, .relu, .hardSwish]
  static let epsilon: Float = 1e-3

  private struct Values {
    let x: Tensor
    let dy: Tensor
    let scale: Tensor
    let shift: Tensor

    init(_ shape: Shape, _ precision: Precision) {
      x = Tensor(shape, Tensor.random(shape, seed: 1).elements.map { 4 * $0 + 1 }).converted(to: .blocked, precision)
      dy = Tensor.random(shape, seed: 2).converted(to: .blocked, precision)
      scale = Tensor([shape[1]], Tensor.random([shape[1]], seed: 3).elements.map { 3 * $0 })
      shift = Tensor.random([shape[1]], seed: 4)
    }
  }

  private static func value(_ v: Double, _ activation: Activation?) -> Double {
    switch activation {
    case .relu: max(v, 0)
    case .hardSwish: v * min(max(v + 3, 0), 6) / 6
    default: v
    }
  }

  private static func derivative(_ v: Double, _ activation: Activation?) -> Double {
    switch activation {
    case .relu: v > 0 ? 1 : 0
    case .hardSwish: v <= -3 ? 0 : v >= 3 ? 1 : (2 * v + 3) / 6
    default: 1
    }
  }

  private static func reference(
    _ values: Values, given: BatchNormalization.Statistics?, _ activation: Activation?
  ) -> Reference {
    let shape = values.x.shape
    let (channels, pixels) = (shape[1], shape[2] * shape[3])
    let count = Double(shape[0] * pixels)
    let x = values.x.elements.map(Double.init)
    let dy = values.dy.elements.map(Double.init)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: channels), count: 4)
    func add(_ which: Int, _ term: (Int, Int) -> Double) {
      for k in x.indices { sums[which][k / pixels % channels] += term(k, k / pixels % channels) }
    }
    add(0) { k, _ in x[k] / count }
    let mean = given?.mean.elements.map(Double.init) ?? sums[0]
    add(1) { k, c in (x[k] - mean[c]) * (x[k] - mean[c]) / count }
    let variance = given?.variance.elements.map(Double.init) ?? sums[1]
    let slope = variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    let (scale, shift) = (values.scale.elements.map(Double.init), values.shift.elements.map(Double.init))
    let normal = x.indices.map { (x[$0] - mean[$0 / pixels % channels]) * slope[$0 / pixels % channels] }
    func before(_ k: Int, _ c: Int) -> Double { scale[c] * normal[k] + shift[c] }
    func pulled(_ k: Int, _ c: Int) -> Double { dy[k] * derivative(before(k, c), activation) }
    add(2, pulled)
    add(3) { pulled($0, $1) * normal[$0] }
    var result = Reference(mean: mean, variance: variance, scale: sums[3], shift: sums[2])
    for k in x.indices {
      let c = k / pixels % channels
      result.output.append(value(before(k, c), activation))
      let through = given == nil ? (sums[2][c] + normal[k] * sums[3][c]) / count : 0
      result.input.append(scale[c] * slope[c] * (pulled(k, c) - through))
    }
    return result
  }

  /// Within a share of the largest number.
  private static func deviation(_ found: Tensor, _ expected: [Double]) -> Double {
    let largest = expected.reduce(1e-30) { max($0, abs($1)) }
    return zip(found.elements, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / largest
  }

  @Test(arguments: shapes, activations)
  func blocksAgreeWithTheFormula(_ shape: Shape, _ activation: Activation?) {
    let given = BatchNormalization.Statistics(
      mean: .random([shape[1]], seed: 5),
      variance: Tensor([shape[1]], Tensor.random([shape[1]], seed: 6).elements.map { $0 * $0 + 0.5 }))
    for precision in Precision.allCases {
      for given in [nil, given] {
        let values = Values(shape, precision)
        let normalization = BatchNormalization(
          shape: shape, layout: .blocked, epsilon: Self.epsilon, activation: activation,
          usesBatchStatistics: given == nil)
        var statistics = given ?? .init(mean: .zeros([shape[1]]), variance: .zeros([shape[1]]))
        let (y, workspace) = normalization.forward(
          values.x, scale: values.scale, shift: values.shift, statistics: &statistics)
        let gradients = normalization.gradients(
          values.x, values.dy, scale: values.scale, shift: values.shift, statistics: statistics, workspace: workspace)
        let expected = Self.reference(values, given: given, activation)
        let rounding = precision == .f32 ? 1e-5 : 0x1p-8
        let place: Comment = "\(precision), \(given == nil ? "own" : "given") statistics"
        #expect(y.precision == precision && y.layout == .blocked && gradients.input.precision == precision)
        #expect(Self.deviation(statistics.mean, expected.mean) < 1e-6, place)
        #expect(Self.deviation(statistics.variance, expected.variance) < 1e-6, place)
        #expect(Self.deviation(y, expected.output) < rounding, place)
        #expect(Self.deviation(gradients.input, expected.input) < rounding, place)
        #expect(Self.deviation(gradients.scale, expected.scale) < 2e-5, place)
        #expect(Self.deviation(gradients.shift, expected.shift) < 2e-5, place)
      }
    }
  }

  private static func normalized(
    _ x: Tensor, _ activation: Activation? = nil, scale: Float = 1, shift: Float = 0
  ) -> (output: Tensor, input: Tensor, statistics: BatchNormalization.Statistics) {
    let channels: Shape = [x.shape[1]]
    let normalization = BatchNormalization(
      shape: x.shape, layout: .blocked, epsilon: 1e-5, activation: activation, usesBatchStatistics: true)
    var statistics = BatchNormalization.Statistics(mean: .zeros(channels), variance: .zeros(channels))
    let (scale, shift) = (Tensor.filled(channels, with: scale), Tensor.filled(channels, with: shift))
    let (y, workspace) = normalization.forward(x, scale: scale, shift: shift, statistics: &statistics)
    let dx = normalization.gradients(
      x, x, scale: scale, shift: shift, statistics: statistics, workspace: workspace
    ).input
    return (y, dx, statistics)
  }

  /// A mean a thousand times the deviation leaves the variance as it is.
  @Test func aLargeMeanCostsNoPrecision() {
    var generator = Generator(seed: 7, stream: "large mean")
    let numbers = (0..<2 * 16 * 900).map { _ in 1000 + Float(2 * generator.uniform() - 1) }
    let (_, _, statistics) = Self.normalized(Tensor([2, 16, 30, 30], numbers))
    for channel in 0..<16 {
      let own = numbers.indices.filter { $0 / 900 % 16 == channel }.map { Double(numbers[$0]) }
      let mean = own.reduce(0, +) / 1800
      let squares = own.map { ($0 - mean) * ($0 - mean) }
      let variance = squares.reduce(0, +) / 1800
      #expect(abs(Double(statistics.mean.elements[channel]) - mean) < 1e-4)
      #expect(abs(Double(statistics.variance.elements[channel]) / variance - 1) < 1e-6)
    }
  }

  /// Half of a rectified map is zero in both directions, at the same places.
  @Test(arguments: [Activation.relu, .hardSwish])
  func bothDirectionsSeeTheSameSide(_ activation: Activation) {
    let shape: Shape = [1, 16, 17, 31]
    let x = Tensor.random(shape).converted(to: .blocked)
    let normalization = BatchNormalization(
      shape: shape, layout: .blocked, epsilon: 1e-5, activation: activation, usesBatchStatistics: false)
    var statistics = BatchNormalization.Statistics(mean: .random([16]), variance: .filled([16], with: 0.01))
    let (scale, shift) = (Tensor.filled([16], with: 1), Tensor.random([16], seed: 3))
    let (y, workspace) = normalization.forward(x, scale: scale, shift: shift, statistics: &statistics)
    let dx = normalization.gradients(
      x, .filled(shape, with: 1), scale: scale, shift: shift, statistics: statistics, workspace: workspace
    ).input
    let zeros = [y, dx].map { map in map.elements.map { $0 == 0 } }
    #expect(zeros[0] == zeros[1])
    #expect(Set(zeros[0]) == [false, true])
  }

  @Test(arguments: activations, [Float.nan, .infinity])
  func whatIsNotFiniteIsNeverHidden(_ activation: Activation?, _ value: Float) {
    var numbers = Tensor.random([1, 17, 3, 3]).elements
    numbers[16 * 9 + 4] = value
    let x = Tensor([1, 17, 3, 3], numbers).converted(to: .blocked)
    let (result, isFinite) = ComputeThreads.observingNonfinite { Self.normalized(x, activation) }
    #expect(result.output.nonfiniteCount() == 9)
    #expect(result.output.channels(0..<16).nonfiniteCount() == 0)
    // A NaN that came in was not made here.
    #expect(value.isNaN || !isFinite)
  }

  @Test(arguments: activations)
  func ordinaryNumbersRaiseNoFlag(_ activation: Activation?) {
    let x = Tensor.random([2, 17, 5, 3]).converted(to: .blocked)
    let (_, isFinite) = ComputeThreads.observingNonfinite { Self.normalized(x, activation, shift: 5) }
    #expect(isFinite)
  }

  @Test func threadsChangeNothing() {
    let x = Tensor.random([2, 40, 43, 31]).converted(to: .blocked)
    let before = ComputeThreads.count
    defer { ComputeThreads.prepare(count: before) }
    let results = [1, 2, 3].map { count in
      ComputeThreads.prepare(count: count)
      return Self.normalized(x, .hardSwish)
    }
    for result in results.dropFirst() {
      #expect(result.output.elements == results[0].output.elements)
      #expect(result.input.elements == results[0].input.elements)
    }
  }

  /// Other layouts go through f32 and come back.
  @Test(arguments: [Layout.rows, .channelsLast], activations)
  func otherLayoutsKeepThePrecision(_ layout: Layout, _ activation: Activation?) {
    let shape: Shape = [2, 11, 5, 3]
    let values = Values(shape, .bf16)
    let normalization = BatchNormalization(
      shape: shape, layout: layout, epsilon: Self.epsilon, activation: activation, usesBatchStatistics: true)
    var statistics = BatchNormalization.Statistics(mean: .zeros([11]), variance: .zeros([11]))
    let (y, workspace) = normalization.forward(
      values.x, scale: values.scale, shift: values.shift, statistics: &statistics)
    let gradients = normalization.gradients(
      values.x, values.dy, scale: values.scale, shift: values.shift, statistics: statistics, workspace: workspace)
    let expected = Self.reference(values, given: nil, activation)
    #expect(y.precision == .bf16 && gradients.input.precision == .bf16)
    #expect(Self.deviation(y, expected.output) < 0x1p-8)
    #expect(Self.deviation(gradients.input, expected.input) < 0x1p-8)
  }
}
