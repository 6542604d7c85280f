import TesseraProtocol

/// The models of `--model RUN` and `--model NAME=RUN`.
struct ModelPaths: Hashable {
  struct Entry: Hashable {
    let name: String
    let path: String
  }

  /// The default first.
  let entries: [Entry]

  /// Reads arguments.
  ///
  /// - Parameters:
  ///   - arguments: paths, each with a name and `=` before it or, one at most, without.
  ///   - unnamed: what the one without a name is called.
  ///   - first: the default; nil takes the first that was given.
  /// - Throws: what is wrong, and what to give.
  init(_ arguments: [String], unnamed: String?, default first: String?) throws(OptionError) {
    var entries: [Entry] = []
    var hasUnnamed = false
    for argument in arguments {
      let entry: Entry
      if let equals = argument.firstIndex(of: "="), ModelDescription.isName(String(argument[..<equals])) {
        entry = Entry(name: String(argument[..<equals]), path: String(argument[argument.index(after: equals)...]))
      } else {
        guard !hasUnnamed else {
          throw OptionError(
            place: "--model \(argument)", problem: "has no name, like another before it", remedy: "give NAME=PATH")
        }
        hasUnnamed = true
        entry = Entry(name: unnamed ?? "default", path: argument)
      }
      guard !entry.path.isEmpty else {
        throw OptionError(place: "--model \(argument)", problem: "names no file", remedy: "give NAME=PATH")
      }
      guard !entries.contains(where: { $0.name == entry.name }) else {
        throw OptionError(
          place: "--model \(argument)", problem: "is the second model called \(entry.name)",
          remedy: "give each a name of its own")
      }
      entries.append(entry)
    }
    if let unnamed, !hasUnnamed {
      throw OptionError(
        place: "--name \(unnamed)", problem: "has no model to name",
        remedy: "leave it out, or give one --model without a name")
    }
    if let first {
      guard let index = entries.firstIndex(where: { $0.name == first }) else {
        throw OptionError(
          place: "--default \(first)", problem: "is none of the models",
          remedy: "give one of \(entries.map(\.name).joined(separator: ", "))")
      }
      entries.insert(entries.remove(at: index), at: 0)
    }
    self.entries = entries
  }
}
