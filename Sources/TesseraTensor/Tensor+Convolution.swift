/// A convolution of maps of one shape, prepared: its plan and its three passes.
///
/// The input may come in parts, whose channels follow one another: maps need not be copied to be concatenated.
package struct Convolution: Sendable {
  package let shape: ConvolutionShape
  package let plan: ConvolutionPlan

  package var source: Shape { shape.source }
  package var destination: Shape { shape.destination }
  package var geometry: ConvolutionGeometry { shape.geometry }

  /// Prepares for maps and weights of these shapes.
  ///
  /// Maps are `[batch, channels, height, width]`, weights `[out, channels / groups, kernel height, kernel width]`.
  ///
  /// - Parameters:
  ///   - precision: how the numbers of both maps are stored.
  ///   - parts: channels of the parts that the input comes in; nil for one part.
  ///   - passes: what will be computed; other passes work too, but nobody asked what is fast for them.
  ///   - plan: nil for the one that the process's ``PlanStore`` has for these shapes.
  /// - Precondition: the shapes fit each other and the window fits the padded map.
  package init(
    source: Shape, weights: Shape, hasBias: Bool, geometry: ConvolutionGeometry, precision: Precision = .f32,
    parts: [Int]? = nil, passes: Set<ConvolutionPass> = .all, plan: ConvolutionPlan? = nil
  ) {
    precondition(
      source.rank == 4 && weights.rank == 4 && weights[1] * geometry.groups == source[1]
        && weights[0] % geometry.groups == 0 && weights[2] == geometry.kernel.height
        && weights[3] == geometry.kernel.width,
      "Convolution: weights \(weights) do not fit map \(source) with \(geometry)")
    let size = geometry.outputSize(height: source[2], width: source[3])
    precondition(
      size.height > 0 && size.width > 0, "Convolution: the window of \(geometry) is larger than map \(source)")
    self.init(
      ConvolutionShape(
        source: source, outputChannels: weights[0], geometry: geometry, hasBias: hasBias, precision: precision),
      parts: parts, passes: passes, plan: plan)
  }

  /// Prepares for a shape that fits.
  package init(
    _ shape: ConvolutionShape, parts: [Int]? = nil, passes: Set<ConvolutionPass> = .all, plan: ConvolutionPlan? = nil
  ) {
    self.shape = shape
    self.plan =
      plan
      ?? PlanStore.shared.plan(
        for: PlanRequest(
          shape, parts: parts ?? [shape.source[1]], passes: passes, threads: ComputeThreads.count))
  }

  /// A map as the forward pass gives it, with whatever numbers its memory held: for a result that nobody will read.
  package var uncomputed: Tensor {
    Tensor(uninitialized: destination, layout: plan.destination, precision: shape.precision)
  }

  /// A map as the plan wants its input.
  package func arranged(_ x: Tensor) -> Tensor { x.converted(to: plan.source, shape.precision) }

  /// y = f(w ∗ x + b), `destination`, in one pass.
  ///
  /// - Parameter activation: f: nil, a rectifier or the hard swish.
  package func forward(_ x: [Tensor], weights: Tensor, bias: Tensor?, activation: Activation? = nil) -> Tensor {
    checkParts(x.map { $0.shape[1] })
    let weights = weights.converted(to: .rows)
    let y =
      switch plan.forward {
      case .direct:
        directForward(
          whole(x), weights: told(weights, plan), description: shape.description(plan), bias: bias,
          activation: activation)
      case .winograd:
        winogradForward(
          transformable(x), transformed: transformed(weights, transposes: false), bias: bias, activation: activation)
      case .depthwise: depthwiseForward(whole(x), weights: weights, bias: bias, activation: activation)
      }
    return rested(y)
  }

  /// ∂/∂x, in parts of so many channels.
  package func inputGradients(_ dy: Tensor, weights: Tensor, channels: [Int]) -> [Tensor] {
    checkParts(channels)
    let dy = dy.converted(to: plan.destination, shape.precision)
    let weights = weights.converted(to: .rows)
    if plan.inputGradient == .winograd, Self.areTransformable(channels) {
      return winogradInputGradients(dy, weights: weights, channels: channels)
    }
    let dx =
      switch plan.inputGradient {
      case .direct: directInputGradient(dy, weights: weights)
      case .winograd: winogradInputGradients(dy, weights: weights, channels: [source[1]])[0]
      case .depthwise: depthwiseInputGradient(dy, weights: weights)
      }
    let rested = rested(dx)
    var first = 0
    return channels.count == 1
      ? [rested]
      : channels.map { count in
        defer { first += count }
        return rested.channels(first..<first + count)
      }
  }

  /// ∂/∂w and ∂/∂b.
  package func weightGradients(_ x: [Tensor], _ dy: Tensor, weights: Shape) -> (weights: Tensor, bias: Tensor?) {
    checkParts(x.map { $0.shape[1] })
    let dy = dy.converted(to: plan.destination, shape.precision)
    return switch plan.weightGradient {
    case .direct: directWeightGradients(whole(x), dy, weights: weights)
    case .winograd: (winogradWeightGradient(transformable(x), dy, weights: weights), biasGradient(dy))
    case .depthwise: (depthwiseWeightGradient(whole(x), dy, weights: weights), biasGradient(dy))
    }
  }

  /// Between layers maps rest in blocks, which other operations are made for: also where this one takes other layouts.
  func rested(_ map: Tensor) -> Tensor { map.layout == .channelsLast ? map.converted(to: .blocked) : map }

  private func biasGradient(_ dy: Tensor) -> Tensor? {
    shape.hasBias ? dy.summedOverPixels().summedOverBatch() : nil
  }

  /// Two parts that end on a block's border can be read where they lie.
  private static func areTransformable(_ channels: [Int]) -> Bool {
    channels.count <= 2 && channels.dropLast().allSatisfy { $0 % Layout.block == 0 }
  }

  func transformable(_ x: [Tensor]) -> [Tensor] {
    Self.areTransformable(x.map { $0.shape[1] }) ? x.map(arranged) : [whole(x)]
  }

  func whole(_ x: [Tensor]) -> Tensor { arranged(x.count == 1 ? x[0] : .concatenatingChannels(x)) }

  private func checkParts(_ channels: [Int]) {
    precondition(
      channels.reduce(0, +) == source[1], "Convolution: parts of \(channels) channels are no map \(source)")
  }
}

extension Convolution {
  /// y = w ∗ x + b of a map in one part.
  package func forward(_ x: Tensor, weights: Tensor, bias: Tensor?) -> Tensor {
    forward([x], weights: weights, bias: bias)
  }

  /// ∂/∂x in one part.
  package func inputGradient(_ dy: Tensor, weights: Tensor) -> Tensor {
    inputGradients(dy, weights: weights, channels: [source[1]])[0]
  }

  /// ∂/∂w and ∂/∂b of a map in one part.
  package func weightGradients(_ x: Tensor, _ dy: Tensor, weights: Shape) -> (weights: Tensor, bias: Tensor?) {
    weightGradients([x], dy, weights: weights)
  }
}
