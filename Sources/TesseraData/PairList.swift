import TesseraFiles

/// A list of pairs: a line for each sample with the paths of image and label map, separated by spaces or a tab.
struct PairList {
  /// Most bytes of a list.
  static let byteLimit = 64 << 20

  /// The paths of each line as seen from the root.
  let pairs: [(image: String, map: String)]

  /// Reads a list; paths are relative to `root`.
  ///
  /// Lists that came with a data set name absolute paths of the machine they were made on. Such a path that leads
  /// nowhere is looked for below `root` by its last two components: `/SegNet/CamVid/train/x.png` as `train/x.png`.
  ///
  /// - Throws: `.unreadable`; `.invalidList` with the line, also for an absolute path that is in neither place.
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
      let image = try Self.place(of: fields[0], in: root, list: path, line: index + 1)
      if let first = lines.updateValue(index + 1, forKey: image) {
        throw DatasetError(
          .invalidList, path, line: index + 1, cause: "\(fields[0]) stands in line \(first) already",
          remedy: "remove one of the lines")
      }
      pairs.append((image, try Self.place(of: fields[1], in: root, list: path, line: index + 1)))
    }
    self.pairs = pairs
  }

  private static func place(
    of path: String, in root: String, list: String, line: Int
  ) throws(DatasetError) -> String {
    guard path.hasPrefix("/"), !isFile(path) else { return resolved(path, in: root) }
    let below = resolved(path.split(separator: "/").suffix(2).joined(separator: "/"), in: root)
    guard isFile(below) else {
      throw DatasetError(
        .invalidList, list, line: line, cause: "there is neither \(path) nor \(below)",
        remedy: "add the file, write its path as seen from \(root), or remove the line")
    }
    return below
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
