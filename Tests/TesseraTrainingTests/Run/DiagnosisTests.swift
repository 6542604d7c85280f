import TesseraModels
import Testing

@testable import TesseraTraining

struct DiagnosisTests {
  private func diagnosis(
    loss: Double?, accuracy: Double = 0.8, meanIoU: Double = 0.5, before: Double? = 0.5,
    gradients: (Double, Double) = (1, 0.1), target: Double = 1,
    _ adversary: TrainingConfiguration.AdversaryKind = .discriminator(.largefov)
  ) -> Diagnosis? {
    var configuration = TrainingConfiguration()
    configuration.adversary = adversary
    configuration.truthTarget = target
    var means: [StepMeasure: Double] = [
      .truthAccuracy: accuracy, .predictionAccuracy: accuracy, .crossEntropyGradient: gradients.0,
      .adversarialGradient: gradients.1,
    ]
    means[.adversaryLoss] = loss
    return Diagnosis(means, meanIoU: meanIoU, before: before, configuration: configuration)
  }

  /// The published band is of the mean of both sides; the loss here is their sum.
  @Test(arguments: [
    (0.02, Diagnosis.saturated), (0.2, .strong), (0.6, .healthy), (1.0, .healthy), (1.386, .healthy),
  ])
  func theLossSaysHowStrongItIs(_ loss: Double, _ expected: Diagnosis) {
    #expect(diagnosis(loss: loss) == expected)
  }

  @Test func aCoinIsWeak() {
    #expect(diagnosis(loss: 1.386, accuracy: 0.5) == .weak)
    #expect(diagnosis(loss: 1.2, accuracy: 0.5) == .healthy)
  }

  /// With a target of 0.9 no loss is below 0.325: a sure discriminator is told by what is above that.
  @Test func smoothedTargets() {
    #expect(diagnosis(loss: 0.34, target: 0.9) == .saturated)
    #expect(diagnosis(loss: 0.34) == .strong)
    // Blind: twice the entropy of a coin of 0.45.
    #expect(diagnosis(loss: 1.3763, accuracy: 0.5, target: 0.9) == .weak)
    #expect(diagnosis(loss: 0.85, accuracy: 0.7, target: 0.9) == .healthy)
  }

  @Test func whatOutweighsLabelsAndWhatDestroysThem() {
    #expect(diagnosis(loss: 0.6, gradients: (0.1, 1)) == .overpowering)
    #expect(diagnosis(loss: 0.6, meanIoU: 0.2) == .collapse)
    #expect(diagnosis(loss: 0.6, meanIoU: 0.2, before: nil) == .healthy)
  }

  /// A generator's loss has no such band: accuracy decides.
  @Test func generatorsAreJudgedByAccuracy() {
    #expect(diagnosis(loss: 0.01, accuracy: 0.8, .fakeClass) == .healthy)
    #expect(diagnosis(loss: 5, accuracy: 0.995, .fakeClass) == .saturated)
    #expect(diagnosis(loss: 5, accuracy: 0.5, .fakeClass) == .weak)
  }

  @Test func withoutAnAdversaryThereIsNone() {
    #expect(Diagnosis([.crossEntropy: 1], meanIoU: 0.5, before: 0.5, configuration: TrainingConfiguration()) == nil)
  }

  @Test func everyAdviceButOneNamesAnOption() {
    for diagnosis in Diagnosis.allCases {
      for kind in [TrainingConfiguration.AdversaryKind.discriminator(.fcd), .fakeClass] {
        let names = diagnosis.advice(against: kind).contains("--")
        #expect(names == (diagnosis != .healthy), "\(diagnosis), \(kind)")
      }
    }
  }
}
