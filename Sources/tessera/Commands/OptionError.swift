import ArgumentParser

/// An option that cannot be used as it was given.
struct OptionError: Error, CustomStringConvertible {
  /// Where it was given, and what.
  let place: String
  /// What is wrong.
  let problem: String
  /// What to do.
  let remedy: String

  /// One line: place, cause and remedy.
  var description: String { "\(place) \(problem); \(remedy)" }

  /// Does what checks options and tells their errors as wrong usage.
  static func asWrongUsage(_ check: () throws(OptionError) -> Void) throws {
    do {
      try check()
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
