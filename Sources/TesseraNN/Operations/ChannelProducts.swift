import TesseraTensor

/// Multiplies every channel of one map by every channel of another, pixel by pixel.
///
///     y[n, c·R + k] = x[n, c] · z[n, k]
///     dx[n, c] = Σ_k dy[n, c·R + k] · z[n, k];   dz[n, k] = Σ_c dy[n, c·R + k] · x[n, c]
///
/// - Parameters:
///   - x: `[batch, C, height, width]`.
///   - z: `[batch, R, height, width]`.
/// - Returns: `[batch, C · R, height, width]`.
public func multiplyAllChannels(_ x: Variable, _ z: Variable) -> Variable {
  let (left, right) = (x.value, z.value)
  return .result(left.multipliedByAllChannels(of: right), of: [x, z]) { dy, wanted in
    [wanted[0] ? dy.leftFactorGradient(right: right) : nil, wanted[1] ? dy.rightFactorGradient(left: left) : nil]
  }
}
