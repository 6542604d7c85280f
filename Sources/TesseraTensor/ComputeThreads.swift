import CTesseraBLAS
import CTesseraDNN
import CTesseraKernels

#if canImport(Glibc)
  import Glibc
#endif

/// The budget of threads for numeric work, and what computes it.
///
/// A team of threads belongs to the thread that calls: prepare every thread that computes, on itself.
public enum ComputeThreads {
  /// Sets the calling thread's budget and prepares it and its team.
  ///
  /// Matrix products, which no segmenter takes to predict, have one budget in the process: the last that was set.
  ///
  /// - Precondition: `count` is at least 1.
  public static func prepare(count: Int) {
    precondition(count >= 1, "ComputeThreads: \(count) threads")
    tessera_threads_set(Int32(count))
    tessera_blas_threads_set(Int32(count))
    // Denormal numbers slow some kernels tenfold late in a training.
    tessera_denormals_flush()
  }

  /// The budget of the calling thread.
  public static var count: Int { Int(tessera_threads_get()) }

  /// Does numeric work and says whether every number that came up on the way was finite.
  ///
  /// What comes out does not tell: the rectifiers and poolings of a processor that takes the larger of NaN and 0 for 0
  /// hide what went wrong before them. Each thread's floating-point flags (IEEE 754, section 7) remember it at no cost.
  public static func observingNonfinite<Result>(_ work: () throws -> Result) rethrows -> (Result, isFinite: Bool) {
    tessera_exceptions_clear()
    let result = try work()
    return (result, tessera_exceptions_raised() == 0)
  }

  /// Whether 16 numbers fit a register (AVX-512): the kernels on tiles are made for 32 of them and slow without.
  static var hasWideVectors: Bool { tessera_has_wide_vectors() != 0 }

  /// Whether this processor computes on numbers that are stored so: bf16 takes its dot products (AVX-512 BF16 or AMX).
  public static func computes(_ precision: Precision) -> Bool { precision == .f32 || tessera_has_bf16() != 0 }

  /// Processors that this process may run on.
  public static var available: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Which library convolves, and with which instructions.
  package static var convolutionLibrary: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var patch: Int32 = 0
    tessera_dnn_version(&major, &minor, &patch)
    return "oneDNN \(major).\(minor).\(patch), \(String(cString: tessera_dnn_instruction_set()))"
  }

  /// Which libraries compute, as one line each for people.
  public static var libraries: [String] {
    [
      convolutionLibrary,
      "\(String(cString: tessera_blas_config())), kernel \(String(cString: tessera_blas_core()))",
    ]
  }
}
