import TesseraTensor

/// What a pullback adds to the gradient of an input.
///
/// Passes over a map that only scale or shift its channels are put off, so that several become one.
enum GradientTerm {
  /// A gradient as it is.
  case map(Tensor)
  /// Every channel of a map times its own number, `[batch, channels, 1, 1]`.
  case product(Tensor, perChannel: Tensor)
  /// The same number in all pixels of a channel, `[batch, channels, 1, 1]`, of a map of this size.
  case uniform(perChannel: Tensor, height: Int, width: Int, layout: Layout, precision: Precision)
}

/// The sum of what pullbacks gave so far: map · factors + terms, the last two for each channel of each image.
struct GradientSum {
  private var map: Tensor
  private var factors: Tensor?
  private var terms: Tensor?

  /// Starts with one term.
  init(_ term: GradientTerm) {
    switch term {
    case .map(let map): self.map = map
    case .product(let map, let factors):
      self.map = map
      self.factors = factors
    case .uniform(let numbers, let height, let width, let layout, let precision):
      map = numbers.repeatedOverPixels(height: height, width: width, layout: layout, precision: precision)
    }
  }

  /// Adds a term, in the layout and precision of the first.
  mutating func add(_ term: GradientTerm) {
    switch term {
    case .uniform(let numbers, _, _, _, _): terms = terms?.adding(numbers) ?? numbers
    case .map(let other):
      settle()
      map.add(other)
    case .product(let other, let factors):
      settle()
      map.add(other.multipliedByChannel(factors))
    }
  }

  /// The sum as a map.
  consuming func total() -> Tensor {
    settle()
    return map
  }

  private mutating func settle() {
    if factors != nil || terms != nil { map.scaleByChannel(factors, adding: terms) }
    factors = nil
    terms = nil
  }
}
