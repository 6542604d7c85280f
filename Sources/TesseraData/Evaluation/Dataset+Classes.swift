public import TesseraLabels

extension Dataset {
  /// Makes sure that a model's classes are those of the set: the same names in the same order.
  ///
  /// - Parameters:
  ///   - classes: the model's classes.
  ///   - model: what to call the model in the error.
  /// - Throws: `.otherClasses` with the first difference.
  public func requireClasses(_ classes: [LabelClass], of model: String) throws(DatasetError) {
    let (own, others) = (labelSet.classes.map(\.name), classes.map(\.name))
    guard own != others else { return }
    let cause =
      if own.count != others.count {
        "the model has \(others.count) classes (\(abbreviated(others))), the data set \(path) \(own.count) "
          + "(\(abbreviated(own)))"
      } else {
        zip(own, others).enumerated().first { $1.0 != $1.1 }.map { index, names in
          "class \(index) is \(names.1) to the model, \(names.0) to the data set \(path)"
        } ?? ""
      }
    throw DatasetError(
      .otherClasses, model, cause: cause,
      remedy: "give the data set that the model was trained on, or name its classes alike in dataset.yaml")
  }
}
