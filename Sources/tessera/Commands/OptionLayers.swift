import Foundation
import TesseraTraining
import Yams

/// Options from three places: flags win over the environment, that over a file.
struct OptionLayers {
  /// The options that have a value, each with the last word on it.
  private let values: [String: String]

  /// Lays the places over each other.
  ///
  /// - Parameters:
  ///   - flags: every option there is, with the value that was given on the command line.
  ///   - file: a YAML file of options by their names.
  /// - Throws: ``ConfigurationError`` where the file cannot be read or names an option there is not.
  init(flags: [(option: String, value: String?)], file: String?) throws {
    let known = Set(flags.map(\.option))
    var values: [String: String] = [:]
    for (option, value) in try Self.options(in: file) {
      guard known.contains(option) else {
        throw ConfigurationError(
          option: option, value: value,
          remedy: "there is no such option; known are \(known.sorted().joined(separator: ", "))")
      }
      values[option] = value
    }
    let environment = ProcessInfo.processInfo.environment
    for (option, flag) in flags {
      let name = "TESSERA_" + option.uppercased().replacing("-", with: "_")
      if let value = flag ?? environment[name] { values[option] = value }
    }
    self.values = values
  }

  /// The value of an option, if it has one.
  subscript(_ option: String) -> String? { values[option] }

  /// Every option that has a value.
  var all: [(option: String, value: String)] { values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

  /// The value of an option as a whole number.
  func integer(_ option: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = values[option] else { return nil }
    guard let number = Int(value), range.contains(number) else {
      throw ConfigurationError(
        option: option, value: value, remedy: "give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func options(in file: String?) throws -> [(String, String)] {
    guard let file else { return [] }
    func error(_ remedy: String) -> ConfigurationError {
      ConfigurationError(option: "config", value: file, remedy: remedy)
    }
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw error("the file cannot be read: check its path")
    }
    let form = "write one option per line, such as epochs: 30"
    guard let mapping = try? Yams.compose(yaml: text)?.mapping else { throw error(form) }
    return try mapping.map { key, value in
      guard let name = key.string, let text = value.scalar?.string else { throw error(form) }
      return (name, text)
    }
  }
}
