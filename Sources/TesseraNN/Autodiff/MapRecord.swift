package import TesseraTensor

/// How the result of an operation, or its gradient, is stored.
package struct MapRecord: Hashable, Sendable {
  package let shape: Shape
  package let layout: Layout
  package let precision: Precision
  /// Whether it is a gradient.
  package let isGradient: Bool

  init(_ value: Tensor, isGradient: Bool) {
    (shape, layout, precision) = (value.shape, value.layout, value.precision)
    self.isGradient = isGradient
  }
}

/// Evaluates a closure and the gradients of the scalar it returns, and lists what its operations left: first the
/// results in the order of their computation, then the gradients of those through which they pass, last ones first.
package func recordedMaps(
  of values: ParameterSet, mode: Mode, precision: Precision = .f32, _ body: (ForwardPass) throws -> Variable
) rethrows -> [MapRecord] {
  let tape = Tape(generator: Generator(seed: 0, stream: "record"))
  tape.maps = []
  let loss = try body(ForwardPass(values, learns: true, mode: mode, precision: precision, tape: tape))
  if let entry = loss.entry { _ = tape.gradients(from: entry, seed: .filled(loss.shape, with: 1), of: []) }
  return tape.maps ?? []
}
