import TesseraNN

extension Verdict {
  /// Decides once a map: two scores of each place, prediction and ground truth, whose mean difference is the logit.
  ///
  /// The sigmoid of a difference of scores is the softmax of both.
  init(scores: Variable, features: Variable) {
    let means = globalAveragePool(scores)
    self.init(channels(means, 1..<2) - channels(means, 0..<1), features: features)
  }
}
