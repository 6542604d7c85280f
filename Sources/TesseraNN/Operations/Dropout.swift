import TesseraTensor

/// Zeroes each element with probability `rate` and divides the others by 1 − rate; outside training x passes unchanged.
///
/// The pullback applies the same mask.
///
/// - Parameters:
///   - x: any shape.
///   - rate: in 0..<1.
///   - pass: says whether to drop and where the mask comes from.
///
/// Source: Srivastava et al. 2014, JMLR 15.
public func dropout(_ x: Variable, rate: Float, in pass: ForwardPass) -> Variable {
  precondition(rate >= 0 && rate < 1, "dropout: rate \(rate) outside 0..<1")
  guard case .training = pass.mode, rate > 0 else { return x }
  let seed = pass.generator.next()
  let layout = x.value.layout
  return .result(x.value.dropped(keep: 1 - rate, seed: seed), of: [x]) { dy, _ in
    // The mask runs over elements as they lie in memory.
    [dy.converted(to: layout).dropped(keep: 1 - rate, seed: seed)]
  }
}
