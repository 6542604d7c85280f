import TesseraNN
import Testing

@Suite struct LearningRateScheduleTests {
  static func expect(
    _ schedule: LearningRateSchedule, _ shares: [(step: Int, share: Double)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (step, share) in shares {
      #expect(abs(schedule.share(at: step) - share) < 1e-12, "step \(step)", sourceLocation: sourceLocation)
    }
  }

  @Test func constantStays() {
    Self.expect(LearningRateSchedule(.constant, totalSteps: 10), [(0, 1), (9, 1), (10, 1), (1000, 1)])
  }

  @Test func polynomialFallsToZero() {
    Self.expect(
      LearningRateSchedule(.polynomial(power: 0.9), totalSteps: 100),
      [(0, 1), (50, 0.535_886_731_268_146_2), (75, 0.287_174_588_749_258_7), (100, 0), (500, 0)])
    Self.expect(LearningRateSchedule(.polynomial(power: 1), totalSteps: 4), [(0, 1), (1, 0.75), (3, 0.25), (4, 0)])
  }

  @Test func cosineFallsToZero() {
    Self.expect(
      LearningRateSchedule(.cosine, totalSteps: 60), [(0, 1), (20, 0.75), (30, 0.5), (40, 0.25), (60, 0), (99, 0)])
  }

  @Test func stepsMultiply() {
    Self.expect(
      LearningRateSchedule(.step(every: 10, factor: 0.5), totalSteps: 30),
      [(0, 1), (9, 1), (10, 0.5), (19, 0.5), (20, 0.25), (29, 0.25)])
  }

  /// Whoever trains on past the end goes on with the last rate.
  @Test func pastTheEndNothingFallsFurther() {
    Self.expect(
      LearningRateSchedule(.step(every: 10, factor: 0.5), totalSteps: 25), [(24, 0.25), (25, 0.25), (1000, 0.25)])
  }

  @Test func warmUpRisesLinearly() {
    let schedule = LearningRateSchedule(.cosine, totalSteps: 64, warmUpSteps: 4)
    Self.expect(schedule, [(0, 0.25), (1, 0.5), (3, 1), (4, 1), (24, 0.75), (34, 0.5), (64, 0)])
    Self.expect(
      LearningRateSchedule(.step(every: 2, factor: 0.1), totalSteps: 10, warmUpSteps: 3),
      [(2, 1), (3, 1), (4, 1), (5, 0.1), (7, 0.01)])
  }

  @Test func warmUpMayTakeTheWholeTraining() {
    Self.expect(LearningRateSchedule(.constant, totalSteps: 2, warmUpSteps: 4), [(0, 0.25), (3, 1), (4, 1)])
  }
}
