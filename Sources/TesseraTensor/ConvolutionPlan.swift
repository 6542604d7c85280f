import CTesseraDNN

/// Which algorithm computes each pass of a convolution, and in which layouts its maps lie.
package struct ConvolutionPlan: Hashable, Sendable {
  /// How the products of one pass are summed.
  package enum Algorithm: String, Hashable, Sendable, CaseIterable {
    /// Product by product, by oneDNN.
    case direct
    /// On transformed 6×6 tiles: F(4×4, 3×3), a quarter of the multiplications, with an error of about 1e-5 of the
    /// result. Source: Lavin and Gray 2015 (arXiv:1509.09308).
    case winograd
    /// Product by product on maps in blocks, by kernels of our own; for as many groups as channels and outputs.
    case depthwise
  }

  /// Grows when a kernel of ours changes its speed or the order of its sums: plans measured before are then void.
  package static let kernelVersion = 2

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

  /// The algorithm of one pass.
  package subscript(_ pass: ConvolutionPass) -> Algorithm {
    get {
      switch pass {
      case .forward: forward
      case .inputGradient: inputGradient
      case .weightGradient: weightGradient
      }
    }
    set {
      switch pass {
      case .forward: forward = newValue
      case .inputGradient: inputGradient = newValue
      case .weightGradient: weightGradient = newValue
      }
    }
  }

  /// Least operations of a pass that is summed on transformed tiles.
  ///
  /// Below, a pass takes a tenth of a millisecond either way, and product by product errs less. With `Int.max` nothing
  /// is summed on tiles.
  @TaskLocal package static var leastWinogradOperations = 1 << 25

  /// Chooses for a convolution by rules; the same shapes always get the same plan.
  ///
  /// The first candidate wins that computes the passes that are needed with more than plain loops.
  static func choose(for convolution: ConvolutionShape, passes: Set<ConvolutionPass> = .all) -> ConvolutionPlan {
    let allowsWinograd = convolution.operations >= leastWinogradOperations
    return convolution.candidates.filter { allowsWinograd || $0.forward != .winograd }.first { plan in
      passes.allSatisfy { plan.support(of: $0, for: convolution) == .optimized }
    } ?? ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
  }

  /// What a pass is computed with on this processor.
  enum Support: Comparable {
    /// It is not.
    case missing
    /// Plain loops, or vectors that are too narrow for the algorithm.
    case plain
    /// Code for this processor.
    case optimized
  }

  /// How this plan computes a pass.
  func support(of pass: ConvolutionPass, for convolution: ConvolutionShape) -> Support {
    guard convolution.allows(self[pass], source, destination) else { return .missing }
    switch self[pass] {
    case .winograd: return ComputeThreads.hasWideVectors ? .optimized : .plain
    case .depthwise: return .optimized
    case .direct:
      var description = convolution.description(pass == .inputGradient ? convolution.inputGradientPlan(self) : self)
      return switch tessera_convolution_support(&description, pass.code) {
      case TESSERA_OPTIMIZED: .optimized
      case TESSERA_REFERENCE: .plain
      default: .missing
      }
    }
  }

  /// Whether every pass that is needed can be computed so.
  func computes(_ passes: Set<ConvolutionPass>, of convolution: ConvolutionShape) -> Bool {
    passes.allSatisfy { support(of: $0, for: convolution) > .missing }
  }
}
