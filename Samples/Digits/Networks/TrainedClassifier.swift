package import TesseraNN
package import TesseraTensor

/// A classifier with what it has learned.
package struct TrainedClassifier: Sendable {
  private let network: DigitClassifier
  private let classes: Int
  private var values: ParameterSet
  private var optimizer: Optimizer
  private var masks: Generator

  /// Begins with random weights.
  ///
  /// - Parameter classes: the ten digits, and what else is to be told apart from them.
  package init(seed: UInt64, classes: Int = DigitSet.classCount) throws(WeightsError) {
    self.classes = classes
    (network, values) = try build(from: .random(seed: seed)) { DigitClassifier($0["classifier"], classes: classes) }
    optimizer = Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values)
    masks = Generator(seed: seed, stream: "classifier masks")
  }

  /// One step along the gradients of a loss that `body` computes from the network; returns the loss.
  @discardableResult
  package mutating func step(
    rate: Float, _ body: (DigitClassifier, ForwardPass) -> Variable
  ) -> Float {
    let network = network
    let step = valueAndGradients(of: values, mode: .training(recordsStatistics: false), generator: masks) { pass in
      (body(network, pass), ())
    }
    masks = step.generator
    optimizer.update(&values, along: step.gradients, rate: rate)
    return step.value
  }

  /// Learns from digits, each once an epoch; the learning rate falls along half a cosine.
  package mutating func learn(_ digits: DigitSet, _ indices: [Int], epochs: Int, order: Generator) {
    var minibatches = Minibatches(of: indices, size: min(100, indices.count), generator: order)
    let steps = epochs * minibatches.countPerEpoch
    let schedule = LearningRateSchedule(.cosine, totalSteps: max(steps, 1))
    for index in 0..<steps {
      let batch = minibatches.next()
      step(rate: Self.rate * Float(schedule.share(at: index))) { network, pass in
        crossEntropy(network(pass.constant(digits.images(at: batch)), in: pass).asMap, digits.labels(at: batch))
      }
    }
  }

  /// The learning rate at the start.
  package static let rate: Float = 0.001

  /// How likely each digit is of each class, `[count, classes]`.
  package func probabilities(of digits: Tensor) -> Tensor {
    evaluate(values) { pass in
      softmax(network(pass.constant(digits), in: pass).asMap).value.reshaped(to: [digits.shape[0], classes])
    }
  }

  /// The share of digits that it names wrongly.
  package func error(on digits: DigitSet, _ indices: [Int]) -> Double {
    errorRate(of: probabilities(of: digits.images(at: indices)), digits, indices)
  }
}

/// The share of rows whose largest of the first ten numbers, the first of equals, is not at the digit's class.
package func errorRate(of scores: Tensor, _ digits: DigitSet, _ indices: [Int]) -> Double {
  let (numbers, classes) = (scores.elements, scores.shape[1])
  let wrong = indices.enumerated().filter { row, index in
    let scores = numbers[row * classes..<row * classes + DigitSet.classCount]
    let best = scores.indices.max { scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1) }
    return best.map { $0 - row * classes } != Int(digits.labels[index])
  }
  return Double(wrong.count) / Double(max(indices.count, 1))
}
