package import TesseraTensor

/// What a convolution of an evaluation was made for.
package struct ConvolutionRecord: Hashable, Sendable {
  package let shape: ConvolutionShape
  /// Channels of the parts that its input comes in.
  package let parts: [Int]
  /// What a step computes: the gradient of its map where something before it learns.
  package let passes: Set<ConvolutionPass>
}

/// Evaluates a closure in which the parameters learn, and lists its convolutions in the order of their computation.
///
/// Networks joined by ``ForwardPass/constants(_:mode:)`` count too, transposed convolutions do not.
package func recordedConvolutions(
  of values: ParameterSet, mode: Mode, precision: Precision = .f32, _ body: (ForwardPass) throws -> Void
) rethrows -> [ConvolutionRecord] {
  let tape = Tape(generator: Generator(seed: 0, stream: "record"))
  tape.convolutions = []
  try body(ForwardPass(values, learns: true, mode: mode, precision: precision, tape: tape))
  return tape.convolutions ?? []
}

extension ConvolutionRecord {
  /// The same convolution where something before it learns.
  package var passingGradient: ConvolutionRecord {
    ConvolutionRecord(shape: shape, parts: parts, passes: passes.union([.inputGradient]))
  }
}
