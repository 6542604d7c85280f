public import TesseraTensor

/// How a segmenter and its adversary learn from a batch.
public protocol AdversarialMethod: Sendable {
  /// Who learns at which step.
  var schedule: AlternationSchedule { get }

  /// Takes one step.
  ///
  /// What a network learns from it is its own numbers and statistics alone; the other's stay as they are.
  ///
  /// - Parameters:
  ///   - step: counted from 0 where the adversary first takes part.
  ///   - generator: where dropout and noise come from; it moves on.
  /// - Precondition: there is an adversary of this method's kind.
  func advance(
    _ learners: inout Learners, with batch: TrainingBatch, step: Int, rates: LearningRates, generator: inout Generator
  ) -> StepSummary
}
