import Digits
import SampleKit
import TesseraNN
import TesseraTensor

/// How sure a classifier is of generated digits, and how many kinds it finds among them.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 4, with a classifier of digits for the Inception network.
struct DigitScore {
  let generated: InceptionScore
  /// Of held-out digits, the score to reach.
  let written: InceptionScore
  /// The share of held-out digits that the classifier names wrongly.
  let error: Double

  /// Trains the classifier on the digits that the pair learned from.
  init(of training: DigitTraining, seed: UInt64, epochs: Int = 20) throws(WeightsError) {
    var classifier = try TrainedClassifier(seed: seed)
    let (digits, split) = (training.digits, training.split)
    classifier.learn(digits, split.training, epochs: epochs, order: Generator(seed: seed, stream: "classifier order"))
    error = classifier.error(on: digits, split.heldOut)
    // As many of both, since the score grows with the number.
    func score(_ digits: Tensor) -> InceptionScore {
      inceptionScore(probabilities: classifier.probabilities(of: digits), splits: min(10, digits.shape[0]))
    }
    written = score(training.heldOut)
    generated = score(training.judgedDigits)
  }

  /// One line for people, which names the classifier.
  var line: String {
    "score by a classifier of digits trained here (784-256-10, \((100 * error).decimal(1)) % wrong; no Inception "
      + "score): \(generated.mean.decimal(2)) ± \(generated.deviation.decimal(2)) for generated digits, "
      + "\(written.mean.decimal(2)) ± \(written.deviation.decimal(2)) for held-out ones (of 1 to 10)"
  }
}
