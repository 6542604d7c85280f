import CTesseraBLAS
import CTesseraKernels

extension ComputeThreads {
  /// Measures how many f32 operations a second the calling thread's team can do at most, a multiply-add being two.
  ///
  /// What a kernel reaches is to be seen beside it: the same time is near the limit on one processor and far from it on
  /// another. Takes about half a second.
  ///
  /// - Parameter rounds: how often each register is used; as many as usual let the system give each thread a processor
  ///   of its own.
  package static func multiplyAddLimit(rounds: Int = 1 << 24) -> Double {
    // The largest that fits the registers is the fastest; which one that is follows from the instruction set.
    let rates = [3, 6, 12].map { chains in
      (0..<5).map { _ in
        let start = ContinuousClock.now
        let sum = tessera_multiply_add(Int32(chains), count, rounds)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        precondition(sum == Double(chains * count), "multiplyAddLimit: \(chains) chains came to \(sum)")
        return 2 * Double(16 * chains * count * rounds) / seconds
      }.max() ?? 0
    }
    return rates.max() ?? 0
  }

  /// What OpenBLAS calls the processor that it has chosen its kernels for.
  package static var matrixProductCore: String { String(cString: tessera_blas_core()) }
}
