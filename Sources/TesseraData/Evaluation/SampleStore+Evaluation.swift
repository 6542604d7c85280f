public import TesseraLabels

extension SampleStore {
  /// Compares the ground truth of every sample, in order, with a prediction of it.
  ///
  /// - Parameters:
  ///   - progress: called with the number of samples compared so far.
  ///   - predict: labels the image of a sample.
  /// - Throws: what is wrong with a sample, and what `predict` throws.
  /// - Precondition: the samples have labels.
  public func evaluate(
    progress: (Int) -> Void = { _ in }, predict: (Sample, WholeSample) async throws -> LabelMap
  ) async throws -> Evaluation {
    let samples = samples
    precondition(samples.count == count, "SampleStore: images without labels cannot be evaluated on")
    var evaluation = Evaluation(classCount: labelSet.count)
    for (index, sample) in samples.enumerated() {
      let whole = try whole(index)
      try evaluation.add(truth: whole.truth, prediction: try await predict(sample, whole))
      progress(index + 1)
    }
    return evaluation
  }
}
