import TesseraTensor

/// The record of one closure's evaluation, from which gradients are read once.
///
/// Entries stand in the order they were computed, so walking back visits every entry after all that use it. Each entry
/// is let go as soon as it has been visited, and with it the tensors its pullback held.
final class Tape {
  /// Takes the gradient of an output and returns what it adds to those of the inputs, nil where `wanted` is false.
  ///
  /// The gradient is nobody else's any more: its memory may become a result's.
  typealias Pullback = (_ gradient: inout Tensor, _ wanted: [Bool]) -> [GradientTerm?]

  private struct Entry {
    let inputs: [Int?]
    let pullback: Pullback?
    var gradient: GradientSum?
  }

  /// Where the evaluation's random numbers come from.
  var generator: Generator
  private var entries: [Entry] = []
  /// The convolutions so far; nil where nobody asked for them.
  var convolutions: [ConvolutionRecord]?
  /// The results and gradients so far; nil where nobody asked for them.
  var maps: [MapRecord]?

  init(generator: Generator) { self.generator = generator }

  /// Adds an entry that nothing led to: a parameter.
  func addParameter() -> Int {
    entries.append(Entry(inputs: [], pullback: nil, gradient: nil))
    return entries.count - 1
  }

  func add(inputs: [Int?], pullback: @escaping Pullback) -> Int {
    entries.append(Entry(inputs: inputs, pullback: pullback, gradient: nil))
    return entries.count - 1
  }

  /// Walks back from an entry whose gradient is `seed`; returns the gradients of the parameters asked for.
  func gradients(from last: Int, seed: Tensor, of parameters: [Int]) -> [Int: Tensor] {
    entries[last].gradient = GradientSum(.map(seed))
    let wantedParameters = Set(parameters)
    var result: [Int: Tensor] = [:]
    while var entry = entries.popLast() {
      guard let sum = entry.gradient.take() else { continue }
      var gradient = (consume sum).total()
      let index = entries.count
      guard let pullback = entry.pullback else {
        if wantedParameters.contains(index) { result[index] = gradient }
        continue
      }
      maps?.append(MapRecord(gradient, isGradient: true))
      let contributions = pullback(&gradient, entry.inputs.map { $0 != nil })
      precondition(contributions.count == entry.inputs.count, "Tape: a pullback returned too few gradients")
      for case (let input?, let contribution?) in zip(entry.inputs, contributions) {
        accumulate(contribution, into: input)
      }
    }
    return result
  }

  private func accumulate(_ term: GradientTerm, into index: Int) {
    if entries[index].gradient == nil {
      entries[index].gradient = GradientSum(term)
    } else {
      entries[index].gradient?.add(term)
    }
  }
}
