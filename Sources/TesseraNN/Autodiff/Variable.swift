public import TesseraTensor

/// A tensor together with how it came about, for the length of one closure.
public struct Variable {
  /// The numbers.
  public let value: Tensor
  let tape: Tape
  /// The tape's entry; nil for a constant, through which no gradient passes.
  let entry: Int?

  init(_ value: Tensor, tape: Tape, entry: Int?) {
    self.value = value
    self.tape = tape
    self.entry = entry
  }

  /// The sizes of the axes.
  public var shape: Shape { value.shape }

  /// The result of an operation on `inputs`; it is a constant where all of them are.
  ///
  /// - Parameter pullback: takes the gradient of `value` and, per input, whether one is wanted; returns the gradients.
  static func result(
    _ value: Tensor, of inputs: [Variable],
    pullback: @escaping (_ gradient: inout Tensor, _ wanted: [Bool]) -> [Tensor?]
  ) -> Variable {
    result(value, of: inputs, terms: { pullback(&$0, $1).map { $0.map(GradientTerm.map) } })
  }

  /// The same of a pullback that says how gradients are to be put together.
  static func result(
    _ value: Tensor, of inputs: [Variable], terms pullback: @escaping Tape.Pullback
  ) -> Variable {
    let tape = inputs[0].tape
    precondition(inputs.allSatisfy { $0.tape === tape }, "Variable: operands come from different passes")
    tape.maps?.append(MapRecord(value, isGradient: false))
    guard inputs.contains(where: { $0.entry != nil }) else { return Variable(value, tape: tape, entry: nil) }
    return Variable(value, tape: tape, entry: tape.add(inputs: inputs.map(\.entry), pullback: pullback))
  }
}
