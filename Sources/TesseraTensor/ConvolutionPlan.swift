import CTesseraDNN

/// Which algorithm computes a convolution and in which layouts its maps lie.
///
/// Winograd F(4×4, 3×3) does the same work in fewer multiplications than there are products and is taken wherever
/// oneDNN has it; its error is about 1e-4 of the result. Source: Lavin and Gray 2015 (arXiv:1509.09308).
package struct ConvolutionPlan: Hashable, Sendable {
  /// How the products are summed.
  package enum Algorithm: Hashable, Sendable {
    /// Product by product.
    case direct
    /// On transformed 6×6 tiles.
    case winograd
    /// Product by product on maps in blocks, by kernels of our own; for as many groups as channels and outputs.
    case depthwise
  }

  package let algorithm: Algorithm
  package let source: Layout
  package let destination: Layout

  /// Chooses for a map of this shape; the same shapes always get the same plan.
  ///
  /// The first candidate wins that oneDNN computes with more than plain loops, in all three passes.
  package static func choose(
    source: Shape, outputChannels: Int, geometry: ConvolutionGeometry, hasBias: Bool
  ) -> ConvolutionPlan {
    if geometry.groups > 1 && geometry.groups == source[1] && geometry.groups == outputChannels {
      return ConvolutionPlan(algorithm: .depthwise, source: .blocked, destination: .blocked)
    }
    let candidates = candidates(inputChannels: source[1], outputChannels: outputChannels, geometry: geometry)
    let optimized = candidates.first { plan in
      var description = plan.description(
        source: source, outputChannels: outputChannels, geometry: geometry, hasBias: hasBias)
      return tessera_convolution_support(&description) == Int32(TESSERA_OPTIMIZED.rawValue)
    }
    return optimized ?? ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
  }

  private static func candidates(
    inputChannels: Int, outputChannels: Int, geometry: ConvolutionGeometry
  ) -> [ConvolutionPlan] {
    let block = Layout.block
    let fillsBlocks = inputChannels % block == 0 && outputChannels % block == 0
    var candidates: [ConvolutionPlan] = []
    if fillsBlocks && geometry.groups == 1 {
      candidates.append(ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked))
    }
    // An image's few channels would be mostly padding in blocks.
    if inputChannels <= 4 && geometry.groups == 1 {
      candidates.append(ConvolutionPlan(algorithm: .direct, source: .rows, destination: .blocked))
    }
    if geometry.groups == 1 || fillsBlocks {
      candidates.append(ConvolutionPlan(algorithm: .direct, source: .blocked, destination: .blocked))
    }
    candidates.append(ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast))
    return candidates
  }

  func description(
    source: Shape, outputChannels: Int, geometry: ConvolutionGeometry, hasBias: Bool
  ) -> tessera_convolution {
    let size = geometry.outputSize(height: source[2], width: source[3])
    return tessera_convolution(
      source: tessera_map(source, self.source),
      destination: tessera_map([source[0], outputChannels, size.height, size.width], destination),
      kernel_h: Int32(geometry.kernel.height), kernel_w: Int32(geometry.kernel.width),
      stride_h: Int32(geometry.stride.height), stride_w: Int32(geometry.stride.width),
      pad_h: Int32(geometry.padding.height), pad_w: Int32(geometry.padding.width),
      dilation_h: Int32(geometry.dilation.height), dilation_w: Int32(geometry.dilation.width),
      groups: Int32(geometry.groups),
      algorithm: Int32(algorithm == .winograd ? TESSERA_WINOGRAD.rawValue : TESSERA_DIRECT.rawValue),
      has_bias: hasBias ? 1 : 0)
  }
}
