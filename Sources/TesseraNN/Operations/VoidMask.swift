public import TesseraTensor

/// Zeroes every channel of void pixels, whose gradient is zero too.
///
/// - Parameters:
///   - x: `[batch, classes, height, width]`.
///   - labels: says which pixels are void, `[batch, height, width]`.
public func maskVoid(_ x: Variable, _ labels: LabelBatch) -> Variable {
  .result(x.value.maskingVoid(labels), of: [x]) { dy, _ in [dy.maskingVoid(labels)] }
}
