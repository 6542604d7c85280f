import ArgumentParser

extension ValidationError {
  /// Refuses a number outside its bounds.
  static func require(_ number: Int, in bounds: ClosedRange<Int>, _ option: String) throws {
    guard !bounds.contains(number) else { return }
    throw ValidationError("--\(option) \(number): give \(bounds.lowerBound) to \(bounds.upperBound)")
  }
}
