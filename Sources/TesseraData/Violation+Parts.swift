import TesseraLabels

extension Violation {
  /// What is wrong, without severity, suspicion and remedy.
  var sentence: String {
    // The description ends in the suspicion where there is one, and in the rule's remedy otherwise.
    let cause = suspectedCause ?? .otherExport
    let line = Violation(rule, first: first, pixelCount: pixelCount, suspectedCause: cause).description
    return String(line.dropFirst(severity.rawValue.count + 2).dropLast(cause.description.count + 1))
  }

  /// What to do about it.
  var remedy: String {
    if let suspectedCause { return suspectedCause.remedy }
    return String(description.dropFirst(severity.rawValue.count + 2 + sentence.count + 1))
  }
}
