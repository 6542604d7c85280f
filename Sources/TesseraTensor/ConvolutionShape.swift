import CTesseraDNN

/// What a convolution's plan follows from.
package struct ConvolutionShape: Hashable, Sendable {
  /// `[batch, channels, height, width]` of the input.
  package let source: Shape
  package let outputChannels: Int
  package let geometry: ConvolutionGeometry
  package let hasBias: Bool
  /// How the numbers of both maps are stored.
  package let precision: Precision

  package init(
    source: Shape, outputChannels: Int, geometry: ConvolutionGeometry, hasBias: Bool, precision: Precision
  ) {
    self.source = source
    self.outputChannels = outputChannels
    self.geometry = geometry
    self.hasBias = hasBias
    self.precision = precision
  }

  /// `[batch, output channels, height, width]` of the output.
  package var destination: Shape {
    let size = geometry.outputSize(height: source[2], width: source[3])
    return [source[0], outputChannels, size.height, size.width]
  }

  /// `[output channels, channels / groups, kernel height, kernel width]`.
  package var weights: Shape {
    [outputChannels, source[1] / geometry.groups, geometry.kernel.height, geometry.kernel.width]
  }

  /// Products of numbers, times two: what one pass computes.
  package var operations: Int {
    2 * destination.count * (source[1] / geometry.groups) * geometry.kernel.height * geometry.kernel.width
  }

  /// Plans that may do, best first by rule of thumb.
  var candidates: [ConvolutionPlan] {
    let block = Layout.block
    let fillsBlocks = source[1] % block == 0 && outputChannels % block == 0
    guard !isDepthwise else {
      return [ConvolutionPlan(algorithm: .depthwise, source: .blocked, destination: .blocked)]
    }
    var candidates: [ConvolutionPlan] = []
    if isTransformable {
      candidates.append(ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked))
    }
    if hasFewChannels {
      candidates.append(ConvolutionPlan(algorithm: .direct, source: .rows, destination: .blocked))
    }
    if geometry.groups == 1 || fillsBlocks {
      candidates.append(ConvolutionPlan(algorithm: .direct, source: .blocked, destination: .blocked))
    }
    candidates.append(ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast))
    return candidates
  }

  /// Layouts of input and output that may do.
  var arrangements: [(source: Layout, destination: Layout)] {
    let fillsBlocks = source[1] % Layout.block == 0 && outputChannels % Layout.block == 0
    var arrangements: [(source: Layout, destination: Layout)] = []
    if hasFewChannels { arrangements.append((.rows, .blocked)) }
    if geometry.groups == 1 || fillsBlocks || isDepthwise { arrangements.append((.blocked, .blocked)) }
    arrangements.append((.channelsLast, .channelsLast))
    return arrangements
  }

  /// Whether an algorithm is made for this shape in these layouts.
  package func allows(_ algorithm: ConvolutionPlan.Algorithm, _ source: Layout, _ destination: Layout) -> Bool {
    switch algorithm {
    case .direct: true
    case .winograd: isTransformable && source == .blocked && destination == .blocked
    case .depthwise: isDepthwise && source == .blocked && destination == .blocked
    }
  }

  /// Whether the input is an image, whose few channels would be mostly padding in blocks.
  var hasFewChannels: Bool { source[1] <= 4 && geometry.groups == 1 }

  /// Whether each channel is convolved alone.
  private var isDepthwise: Bool {
    geometry.groups > 1 && geometry.groups == source[1] && geometry.groups == outputChannels
  }

  /// Whether Winograd's tiles fit the window, and channels enough to pay for the transforms.
  private var isTransformable: Bool {
    geometry == .same(kernel: 3) && source[1] >= 16 && outputChannels >= 16
  }

  /// The layouts of the input's gradient: oneDNN has no fast bf16 one for an image's few channels in rows.
  func inputGradientPlan(_ plan: ConvolutionPlan) -> ConvolutionPlan {
    guard precision == .bf16 && plan.source == .rows && plan.destination == .blocked else { return plan }
    return ConvolutionPlan(algorithm: .direct, source: .blocked, destination: .blocked)
  }

  /// Channels of the input as oneDNN is told of them: it has no fast bf16 windows over blocks that are not full, but
  /// the zeros that fill them up are channels as good as others.
  func toldChannels(_ plan: ConvolutionPlan) -> Int {
    let block = Layout.block
    let fillsUp = precision == .bf16 && plan.source == .blocked && geometry.groups == 1 && geometry.kernel != .init(1)
    return fillsUp ? (source[1] + block - 1) / block * block : source[1]
  }

  func description(_ plan: ConvolutionPlan) -> tessera_convolution {
    tessera_convolution(
      source: tessera_map([source[0], toldChannels(plan), source[2], source[3]], plan.source, precision),
      destination: tessera_map(destination, plan.destination, precision),
      kernel_h: Int32(geometry.kernel.height), kernel_w: Int32(geometry.kernel.width),
      stride_h: Int32(geometry.stride.height), stride_w: Int32(geometry.stride.width),
      pad_h: Int32(geometry.padding.height), pad_w: Int32(geometry.padding.width),
      dilation_h: Int32(geometry.dilation.height), dilation_w: Int32(geometry.dilation.width),
      groups: Int32(geometry.groups), has_bias: hasBias ? 1 : 0,
      activation: Int32(TESSERA_DNN_IDENTITY.rawValue), is_arranged: 0)
  }
}
