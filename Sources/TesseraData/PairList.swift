import TesseraFiles

/// A list of pairs: a line for each sample with the paths of image and label map, separated by spaces or a tab.
struct PairList {
  /// Most bytes of a list.
  static let byteLimit = 64 << 20

  /// The paths of each line as seen from the root.
  let pairs: [(image: String, map: String)]

  /// Reads a list; paths are relative to `root`.
  init(path: String, root: String) throws(DatasetError) {
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(path, limit: Self.byteLimit)
    } catch {
      throw DatasetError(.unreadable, path, cause: error.explanation, remedy: "name a readable list")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DatasetError(.invalidList, path, cause: "the text is not UTF-8", remedy: "save it as UTF-8")
    }
    var pairs: [(image: String, map: String)] = []
    var lines: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let fields = Self.fields(of: line)
      if fields.isEmpty { continue }
      guard fields.count == 2 else {
        throw DatasetError(
          .invalidList, path, line: index + 1, cause: "a line holds \(fields.count) paths, not 2",
          remedy: "write \"image label-map\", separated by a tab where names hold spaces")
      }
      let image = resolved(fields[0], in: root)
      if let first = lines.updateValue(index + 1, forKey: image) {
        throw DatasetError(
          .invalidList, path, line: index + 1, cause: "\(fields[0]) stands in line \(first) already",
          remedy: "remove one of the lines")
      }
      pairs.append((image, resolved(fields[1], in: root)))
    }
    self.pairs = pairs
  }

  private static func fields(of line: Substring) -> [String] {
    let fields = line.contains("\t") ? line.split(separator: "\t") : line.split(separator: " ")
    return fields.map { field in
      var text = field
      while text.first?.isWhitespace == true { text.removeFirst() }
      while text.last?.isWhitespace == true { text.removeLast() }
      return String(text)
    }.filter { !$0.isEmpty }
  }
}
