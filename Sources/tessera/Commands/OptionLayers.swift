import Foundation
import TesseraData
import TesseraTraining
import Yams

/// Options from three places: flags win over the environment, that over a file.
struct OptionLayers {
  /// The options that have a value, each with the last word on it.
  private let values: [String: OptionValue]

  /// Lays the places over each other.
  ///
  /// - Parameters:
  ///   - flags: every option there is, with the value that was given on the command line.
  ///   - file: a YAML file of options by their names.
  /// - Throws: ``OptionError`` where the file cannot be read or names an option there is not.
  init(flags: [(option: String, value: String?)], file: String?) throws(OptionError) {
    let known = flags.map(\.option)
    var values: [String: OptionValue] = [:]
    if let file {
      for (option, text) in try Self.options(in: file) {
        guard known.contains(option) else {
          let nearest = nearestName(to: option, among: known)
          throw OptionError(
            place: "\(file): \(option):", problem: "there is no such option",
            remedy: nearest.map { "did you mean \($0)?" } ?? "known are \(known.sorted().joined(separator: ", "))")
        }
        values[option] = OptionValue(text: text, source: .file(file))
      }
    }
    let environment = ProcessInfo.processInfo.environment
    for (option, flag) in flags {
      let variable = "TESSERA_" + option.uppercased().replacing("-", with: "_")
      if let flag {
        values[option] = OptionValue(text: flag, source: .flag)
      } else if let text = environment[variable] {
        values[option] = OptionValue(text: text, source: .environment(variable: variable))
      }
    }
    self.values = values
  }

  /// The value of an option, if it has one.
  subscript(_ option: String) -> String? { values[option]?.text }

  /// Every option that has a value.
  var all: [(option: String, value: String)] { values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.text) } }

  /// The value of an option as a whole number.
  func integer(_ option: String, in range: ClosedRange<Int>) throws(OptionError) -> Int? {
    guard let value = values[option] else { return nil }
    guard let number = Int(value.text), range.contains(number) else {
      throw value.error(option, remedy: "give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Says of a value that it cannot be used, and where it came from.
  func error(_ option: String, remedy: String) -> OptionError {
    (values[option] ?? OptionValue(text: "", source: .flag)).error(option, remedy: remedy)
  }

  /// Tells an error of the configuration with the place that the value came from; a default has none.
  func told(_ error: ConfigurationError) -> OptionError {
    (values[error.option] ?? OptionValue(text: error.value, source: .flag)).error(error.option, remedy: error.remedy)
  }

  private static func options(in file: String) throws(OptionError) -> [(String, String)] {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw OptionError(place: "\(file):", problem: "the file cannot be read", remedy: "give --config a readable file")
    }
    let form = OptionError(
      place: "\(file):", problem: "this is no list of options", remedy: "write one a line, such as epochs: 30")
    guard let mapping = try? Yams.compose(yaml: text)?.mapping else { throw form }
    var options: [(String, String)] = []
    for (key, value) in mapping {
      guard let name = key.string, let text = value.scalar?.string else { throw form }
      options.append((name, text))
    }
    return options
  }
}

/// The text of an option's value and where it was given.
private struct OptionValue {
  enum Source {
    case flag
    case environment(variable: String)
    case file(String)
  }

  let text: String
  let source: Source

  func error(_ option: String, remedy: String) -> OptionError {
    let place =
      switch source {
      case .flag: "--\(option) \(text)"
      case .environment(let variable): "\(variable)=\(text):"
      case .file(let file): "\(file): \(option): \(text)"
      }
    return OptionError(place: place, problem: "cannot be used", remedy: remedy)
  }
}
