import TesseraTensor

/// A plan and what it was measured for, as they are stored.
struct PlanRecord: Codable, Hashable {
  let source: [Int]
  let outputs: Int
  let kernel: [Int]
  let stride: [Int]
  let padding: [Int]
  let dilation: [Int]
  let groups: Int
  let bias: Bool
  let precision: String
  let parts: [Int]
  let passes: [String]
  let threads: Int
  /// Of input and output.
  let layouts: [String]
  /// Of each pass, in the order of all passes.
  let algorithms: [String]

  init(_ request: PlanRequest, _ plan: ConvolutionPlan) {
    let (shape, geometry) = (request.shape, request.shape.geometry)
    func pair(_ extent: ConvolutionGeometry.Extent) -> [Int] { [extent.height, extent.width] }
    source = shape.source.dimensions
    outputs = shape.outputChannels
    kernel = pair(geometry.kernel)
    stride = pair(geometry.stride)
    padding = pair(geometry.padding)
    dilation = pair(geometry.dilation)
    groups = geometry.groups
    bias = shape.hasBias
    precision = shape.precision.rawValue
    parts = request.parts
    passes = ConvolutionPass.allCases.filter(request.passes.contains).map(\.rawValue)
    threads = request.threads
    layouts = [plan.source.rawValue, plan.destination.rawValue]
    algorithms = ConvolutionPass.allCases.map { plan[$0].rawValue }
  }

  /// What was asked for; nil where no convolution is like that.
  var request: PlanRequest? {
    let sides = 1...1 << 16
    let small = 1...1 << 10
    guard source.count == 4, (source + [outputs, groups]).allSatisfy(sides.contains), extents.allSatisfy({ $0 }),
      source[1] % groups == 0, outputs % groups == 0, small.contains(threads),
      let precision = Precision(rawValue: precision),
      (1...16).contains(parts.count), parts.allSatisfy(sides.contains), parts.reduce(0, +) == source[1]
    else { return nil }
    let passes = passes.compactMap(ConvolutionPass.init(rawValue:))
    guard passes.count == self.passes.count, !passes.isEmpty, Set(passes).count == passes.count else { return nil }
    func extent(_ pair: [Int]) -> ConvolutionGeometry.Extent { .init(height: pair[0], width: pair[1]) }
    let geometry = ConvolutionGeometry(
      kernel: extent(kernel), stride: extent(stride), padding: extent(padding), dilation: extent(dilation),
      groups: groups)
    let size = geometry.outputSize(height: source[2], width: source[3])
    guard size.height > 0, size.width > 0 else { return nil }
    return PlanRequest(
      ConvolutionShape(
        source: Shape(source), outputChannels: outputs, geometry: geometry, hasBias: bias, precision: precision),
      parts: parts, passes: Set(passes), threads: threads)
  }

  /// Whether the window's sizes are pairs within bounds.
  private var extents: [Bool] {
    [(kernel, 1), (stride, 1), (padding, 0), (dilation, 1)].map { pair, least in
      pair.count == 2 && pair.allSatisfy((least...1 << 10).contains)
    }
  }

  /// How it is computed; nil where the shape cannot be.
  func plan(for shape: ConvolutionShape) -> ConvolutionPlan? {
    let layouts = layouts.compactMap(Layout.init(rawValue:))
    let algorithms = algorithms.compactMap(ConvolutionPlan.Algorithm.init(rawValue:))
    let passes = ConvolutionPass.allCases
    guard layouts.count == 2, self.layouts.count == 2, algorithms.count == passes.count,
      self.algorithms.count == passes.count, algorithms.allSatisfy({ shape.allows($0, layouts[0], layouts[1]) })
    else { return nil }
    var plan = ConvolutionPlan(algorithm: .direct, source: layouts[0], destination: layouts[1])
    for (pass, algorithm) in zip(passes, algorithms) { plan[pass] = algorithm }
    return plan
  }
}
