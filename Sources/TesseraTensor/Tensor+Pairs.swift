import CTesseraKernels

extension Tensor {
  /// How close each sample of a batch is to the others, for each of several kernels:
  /// Σ_{j ≠ i} exp(−Σ_c |x[i, b, c] − x[j, b, c]|).
  ///
  /// This tensor is `[batch, kernels · width]`, the numbers of a kernel side by side.
  ///
  /// - Returns: `[batch, kernels]`.
  package func pairwiseCloseness(kernels: Int) -> Tensor {
    var pairs = pairs(kernels: kernels)
    let x = converted(to: .f32)
    var result = Tensor(uninitialized: [shape[0], kernels])
    guard result.shape.count > 0 else { return result }
    let scratch = Scratch(numbers: tessera_pairs_scratch(&pairs))
    tessera_pairs_sum(&pairs, x.pointer, result.mutablePointer, scratch.pointer)
    return result
  }

  /// The gradient of ``pairwiseCloseness(kernels:)`` at this tensor; where two numbers are equal it is 0.
  package func pairwiseClosenessGradient(kernels: Int, _ gradient: Tensor) -> Tensor {
    var pairs = pairs(kernels: kernels)
    precondition(
      gradient.shape == [shape[0], kernels], "pairwiseClosenessGradient: \(shape) with gradient \(gradient.shape)")
    let (x, dy) = (converted(to: .f32), gradient.converted(to: .f32))
    var result = Tensor(uninitialized: shape)
    guard shape.count > 0 else { return result }
    let scratch = Scratch(numbers: tessera_pairs_scratch(&pairs))
    tessera_pairs_sum_backward(&pairs, x.pointer, dy.pointer, result.mutablePointer, scratch.pointer)
    return result
  }

  private func pairs(kernels: Int) -> tessera_pairs {
    precondition(
      shape.rank == 2 && kernels >= 1 && shape[1] > 0 && shape[1] % kernels == 0,
      "pairwiseCloseness: rows \(shape) for \(kernels) kernels")
    return tessera_pairs(n: shape[0], kernels: kernels, width: shape[1] / kernels)
  }
}
