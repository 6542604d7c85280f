#if canImport(Glibc)
  import Glibc
#endif

/// The share of the base learning rate at each step.
public struct LearningRateSchedule: Hashable, Sendable {
  /// How the rate falls once it is warm.
  public enum Shape: Hashable, Sendable {
    /// Not at all.
    case constant
    /// (1 − t)^power. Source: Chen et al. 2018 (arXiv:1606.00915), section 4.1.2, with power 0.9.
    case polynomial(power: Double)
    /// ½ (1 + cos πt). Source: Loshchilov and Hutter 2017 (arXiv:1608.03983), equation 5, without restarts.
    case cosine
    /// `factor` to the number of whole `every` steps done.
    case step(every: Int, factor: Double)
  }

  /// How the rate falls.
  public let shape: Shape
  /// Steps of the whole training; t runs from 0 to 1 over those after warm-up.
  public let totalSteps: Int
  /// Steps over which the share rises linearly from 0 to 1 first.
  public let warmUpSteps: Int

  /// Describes a schedule.
  ///
  /// - Precondition: `totalSteps` is at least 1, `warmUpSteps` at least 0.
  public init(_ shape: Shape, totalSteps: Int, warmUpSteps: Int = 0) {
    precondition(
      totalSteps >= 1 && warmUpSteps >= 0, "LearningRateSchedule: \(totalSteps) steps, \(warmUpSteps) warm-up")
    self.shape = shape
    self.totalSteps = totalSteps
    self.warmUpSteps = warmUpSteps
  }

  /// The share at a step, counted from 0; past the last step that of the end.
  public func share(at step: Int) -> Double {
    precondition(step >= 0, "LearningRateSchedule: step \(step)")
    if step < warmUpSteps { return Double(step + 1) / Double(warmUpSteps) }
    let span = max(totalSteps - warmUpSteps, 1)
    let done = min(step - warmUpSteps, span)
    let t = Double(done) / Double(span)
    switch shape {
    case .constant: return 1
    case .polynomial(let power): return pow(1 - t, power)
    case .cosine: return (1 + cos(.pi * t)) / 2
    case .step(let every, let factor): return pow(factor, Double(done / max(every, 1)))
    }
  }
}
