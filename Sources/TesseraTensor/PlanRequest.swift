/// What a plan is asked for: a convolution, and how it is used.
package struct PlanRequest: Hashable, Sendable {
  package let shape: ConvolutionShape
  /// Channels of the parts that its input comes in, one after another.
  package let parts: [Int]
  /// The passes that will be computed.
  package let passes: Set<ConvolutionPass>
  /// Threads that compute.
  package let threads: Int

  /// Asks for a convolution.
  ///
  /// - Precondition: the parts have the channels of the input together, and there is a pass.
  package init(_ shape: ConvolutionShape, parts: [Int], passes: Set<ConvolutionPass>, threads: Int) {
    precondition(
      parts.reduce(0, +) == shape.source[1] && !passes.isEmpty && threads >= 1,
      "PlanRequest: parts \(parts) of \(shape.source), \(passes.count) passes, \(threads) threads")
    self.shape = shape
    self.parts = parts
    self.passes = passes
    self.threads = threads
  }

  /// Operations of all passes, a multiply-add being two.
  var operations: Int { passes.count * shape.operations }
}
