import TesseraTensor

/// Sums how close each sample of a batch is to the others, for each of several kernels.
///
///     c_b(i, j) = exp(−Σ_c |m[i, b, c] − m[j, b, c]|);   o[i, b] = Σ_{j ≠ i} c_b(i, j)
///     ∂L/∂m[i, b, c] = −Σ_{j ≠ i} (∂L/∂o[i, b] + ∂L/∂o[j, b]) · c_b(i, j) · sign(m[i, b, c] − m[j, b, c])
///
/// A sample is not compared with itself: the paper's sum over all j has a constant 1 more, which its code leaves out
/// too. Where two numbers are equal the derivative is 0.
///
/// - Parameters:
///   - m: `[batch, kernels · width]`, the numbers of a kernel side by side.
///   - kernels: how many, at least 1.
/// - Returns: `[batch, kernels]`, in 0...batch − 1; zeros for a single sample.
/// - Precondition: the columns are a multiple of `kernels`.
/// - Complexity: batch² · kernels · width, forward and back.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.2.
public func pairwiseCloseness(_ m: Variable, kernels: Int) -> Variable {
  let rows = m.value
  return .result(rows.pairwiseCloseness(kernels: kernels), of: [m]) { dy, _ in
    [rows.pairwiseClosenessGradient(kernels: kernels, dy)]
  }
}
