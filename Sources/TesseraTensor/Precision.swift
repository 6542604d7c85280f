/// How the numbers of a tensor are stored.
///
/// Only maps inside a network are ever stored as ``bf16``: parameters, statistics, losses and probabilities are
/// ``f32``.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
  /// IEEE 754 binary32.
  case f32
  /// The upper half of an ``f32``: its range with 8 bits of precision, rounded to nearest, ties to even.
  ///
  /// Source: Kalamkar et al. 2019 (arXiv:1905.12322).
  case bf16

  /// Bytes of one number.
  var byteCount: Int { self == .f32 ? 4 : 2 }

  /// What the C shims and kernels call it.
  var code: Int32 { self == .f32 ? 0 : 1 }
}
