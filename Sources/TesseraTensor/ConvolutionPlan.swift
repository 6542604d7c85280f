import CTesseraDNN

/// Which algorithm computes each pass of a convolution, and in which layouts its maps lie.
package struct ConvolutionPlan: Hashable, Sendable {
  /// How the products of one pass are summed.
  package enum Algorithm: String, Hashable, Sendable {
    /// Product by product, by oneDNN.
    case direct
    /// On transformed 6×6 tiles: F(4×4, 3×3), a quarter of the multiplications, with an error of about 1e-5 of the
    /// result. Source: Lavin and Gray 2015 (arXiv:1509.09308).
    case winograd
    /// Product by product on maps in blocks, by kernels of our own; for as many groups as channels and outputs.
    case depthwise
  }

  package let source: Layout
  package let destination: Layout
  package var forward: Algorithm
  package var inputGradient: Algorithm
  package var weightGradient: Algorithm

  /// One algorithm for all passes.
  package init(algorithm: Algorithm, source: Layout, destination: Layout) {
    self.source = source
    self.destination = destination
    forward = algorithm
    inputGradient = algorithm
    weightGradient = algorithm
  }

  /// Whether plans may sum on transformed tiles: where they must not, numbers are those of product by product.
  @TaskLocal package static var allowsWinograd = true

  /// Chooses for a convolution by rules; the same shapes always get the same plan.
  ///
  /// The first candidate wins that is computed with more than plain loops, in all three passes.
  static func choose(for convolution: ConvolutionShape) -> ConvolutionPlan {
    let allowed = convolution.candidates.filter { allowsWinograd || $0.forward != .winograd }
    return allowed.first { $0.isOptimized(for: convolution) }
      ?? ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
  }

  /// Whether every pass has code for this processor.
  func isOptimized(for convolution: ConvolutionShape) -> Bool {
    switch forward {
    case .winograd: return ComputeThreads.hasWideVectors
    case .depthwise: return true
    case .direct:
      let differentiating = convolution.inputGradientPlan(self)
      return [(TESSERA_FORWARD, self), (TESSERA_BACKWARD_DATA, differentiating), (TESSERA_BACKWARD_WEIGHTS, self)]
        .allSatisfy { pass, plan in
          var description = convolution.description(plan)
          return tessera_convolution_support(&description, Int32(pass.rawValue)) == Int32(TESSERA_OPTIMIZED.rawValue)
        }
    }
  }
}
