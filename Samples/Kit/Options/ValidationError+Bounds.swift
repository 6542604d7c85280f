package import ArgumentParser

extension ValidationError {
  /// Demands that the number given to an option lies within bounds.
  package static func require<Number: Comparable>(
    _ number: Number, in bounds: ClosedRange<Number>, _ option: String
  ) throws {
    guard !bounds.contains(number) else { return }
    throw ValidationError("--\(option) \(number): give \(bounds.lowerBound) to \(bounds.upperBound)")
  }
}
