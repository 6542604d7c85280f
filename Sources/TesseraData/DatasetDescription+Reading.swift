import TesseraFiles
import TesseraLabels
import Yams

extension DatasetDescription {
  /// Most bytes of a description; a thousand classes need a tenth of it.
  static let byteLimit = 1 << 18

  /// Reads a description from a file.
  ///
  /// - Throws: `.unreadable` for a file that cannot be read; `.invalidDescription` with the line for what breaks a
  ///   rule, such as an unknown key.
  public init(path: String) throws(DatasetError) {
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(path, limit: Self.byteLimit)
    } catch {
      throw DatasetError(.unreadable, path, cause: error.explanation, remedy: "name a readable description")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DatasetError(.invalidDescription, path, cause: "the text is not UTF-8", remedy: "save it as UTF-8")
    }
    try self.init(yaml: text, path: path)
  }

  /// Reads a description from its text; `path` is what errors name.
  public init(yaml text: String, path: String) throws(DatasetError) {
    let reader = DescriptionReader(path: path)
    let entries = try reader.entries(of: text)
    let names = try reader.names(entries.required("names", in: reader))
    let colors = try entries["colors"].map { node throws(DatasetError) in try reader.colors(node, count: names.count) }
    let classes = zip(names, colors ?? Palette.distinct(count: names.count).colors).map {
      LabelClass(name: $0, color: $1)
    }
    let meanings = try reader.meanings(entries, names: names)
    do {
      labelSet = try LabelSet(classes: classes, meanings: meanings)
    } catch {
      throw reader.error(entries["names"], cause: "\(error)", remedy: "correct names or label_map")
    }
    images = try entries["images"].map { node throws(DatasetError) in try reader.text(node, "images") }
    labels = try entries["labels"].map { node throws(DatasetError) in try reader.text(node, "labels") }
    imageSuffix =
      try entries["image_suffix"].map { node throws(DatasetError) in try reader.text(node, "image_suffix") } ?? ".png"
    labelSuffix =
      try entries["label_suffix"].map { node throws(DatasetError) in try reader.text(node, "label_suffix") } ?? ".png"
    validationFraction =
      try entries["val_fraction"].map { node throws(DatasetError) in try reader.fraction(node) }
  }
}

/// The values of a description by key.
private struct Entries {
  var nodes: [String: Node] = [:]

  subscript(key: String) -> Node? { nodes[key] }

  func required(_ key: String, in reader: DescriptionReader) throws(DatasetError) -> Node {
    guard let node = nodes[key] else {
      throw reader.error(
        nil, cause: "there is no \(key)", remedy: "list the classes, such as \"names: [background, cell]\"")
    }
    return node
  }
}

/// Turns nodes of YAML into values, or says in which line what is wrong.
private struct DescriptionReader {
  let path: String

  static let keys = [
    "names", "colors", "void", "label_map", "reduce_zero_label", "images", "labels", "image_suffix", "label_suffix",
    "val_fraction",
  ]

  func error(_ node: Node?, cause: String, remedy: String) -> DatasetError {
    DatasetError(
      .invalidDescription, path, line: node?.mark?.line, cause: Self.onOneLine(cause), remedy: Self.onOneLine(remedy))
  }

  /// Keys and names in quotes may hold line ends, which would part an error in two.
  private static func onOneLine(_ text: String) -> String {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " ")
  }

  func entries(of text: String) throws(DatasetError) -> Entries {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      let cause = "\(error)".split(separator: "\n").first.map(String.init) ?? "unknown"
      throw self.error(nil, cause: "this is not YAML (\(cause))", remedy: "correct the syntax")
    }
    guard case .mapping(let mapping)? = root else {
      throw error(root, cause: "there are no keys", remedy: "write keys such as \"names: [background, cell]\"")
    }
    var entries = Entries()
    for (keyNode, value) in mapping {
      let key = keyNode.scalar?.string ?? ""
      guard Self.keys.contains(key) else {
        let nearest = nearestName(to: key, among: Self.keys)
        throw error(
          keyNode, cause: "the key \"\(key)\" is unknown",
          remedy: nearest.map { "did you mean \"\($0)\"?" } ?? "the keys are \(Self.keys.joined(separator: ", "))")
      }
      entries.nodes[key] = value
    }
    return entries
  }

  func text(_ node: Node, _ key: String) throws(DatasetError) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error(node, cause: "\(key) is no text", remedy: "write \"\(key): NAME\"")
    }
    return text
  }

  func fraction(_ node: Node) throws(DatasetError) -> Double {
    guard let value = node.scalar.flatMap({ Double($0.string) }), value > 0, value < 1 else {
      throw error(node, cause: "val_fraction does not lie between 0 and 1", remedy: "write \"val_fraction: 0.2\"")
    }
    return value
  }

  func names(_ node: Node) throws(DatasetError) -> [String] {
    switch node {
    case .sequence(let sequence):
      var names: [String] = []
      for item in sequence { names.append(try text(item, "a name")) }
      return try checked(names, node)
    case .mapping(let mapping):
      var byIndex: [Int: String] = [:]
      for (key, value) in mapping { byIndex[try index(key, "an index of names")] = try text(value, "a name") }
      var names: [String] = []
      while let name = byIndex[names.count] { names.append(name) }
      guard names.count == byIndex.count else {
        throw error(
          node, cause: "the indices of names are not 0 to \(byIndex.count - 1)",
          remedy: "number the classes from 0 without gaps and let label_map say which stored ids they have")
      }
      return try checked(names, node)
    default:
      throw error(node, cause: "names is neither list nor map", remedy: "write \"names: [background, cell]\"")
    }
  }

  private func checked(_ names: [String], _ node: Node) throws(DatasetError) -> [String] {
    guard (1...LabelMap.maximumClassCount).contains(names.count) else {
      throw error(node, cause: "names has \(names.count) classes", remedy: "name at least one class")
    }
    return names
  }

  func colors(_ node: Node, count: Int) throws(DatasetError) -> [Color] {
    guard case .sequence(let sequence) = node, sequence.count == count else {
      throw error(
        node, cause: "colors is no list of \(count) colours, one for each class",
        remedy: "write \"#rrggbb\" or [r, g, b] for each class in the order of names")
    }
    var colors: [Color] = []
    for item in sequence { colors.append(try color(item)) }
    return colors
  }

  private func color(_ node: Node) throws(DatasetError) -> Color {
    let parts: [UInt8?]
    switch node {
    case .scalar(let scalar):
      let digits = Array(scalar.string.utf8.dropFirst())
      let isHexadecimal =
        scalar.string.hasPrefix("#") && digits.count == 6 && scalar.string.dropFirst().allSatisfy(\.isHexDigit)
      parts =
        isHexadecimal
        ? stride(from: 0, to: 6, by: 2).map { UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) }
        : []
    case .sequence(let sequence):
      parts = sequence.map { $0.scalar.flatMap { UInt8($0.string) } }
    default:
      parts = []
    }
    guard parts.count == 3, let red = parts[0], let green = parts[1], let blue = parts[2] else {
      throw error(node, cause: "this is no colour", remedy: "write \"#8000ff\" in quotes or [128, 0, 255]")
    }
    return Color(red: red, green: green, blue: blue)
  }

  /// What stored ids mean, from `void`, `label_map` and `reduce_zero_label`.
  func meanings(_ entries: Entries, names: [String]) throws(DatasetError) -> [Int: Label] {
    var meanings: [Int: Label] = [:]
    let shift = try entries["reduce_zero_label"].map { node throws(DatasetError) in try flag(node) } ?? false
    if case .mapping(let mapping)? = entries["label_map"] {
      for (key, value) in mapping { meanings[try id(key, "an id of label_map")] = try label(value, names) }
    } else if let node = entries["label_map"] {
      throw error(node, cause: "label_map is no map", remedy: "write \"label_map: {128: 1, 255: 2}\"")
    }
    let mapped = Set(meanings.values)
    for index in names.indices where !mapped.contains(.index(index)) {
      let id = shift ? index + 1 : index
      // An id that label_map uses for another label is not this class's any more.
      if meanings[id] == nil { meanings[id] = .index(index) }
    }
    if shift, meanings[0] == nil { meanings[0] = .void }
    for (id, node) in try voidIDs(entries) {
      if case .index(let index)? = meanings[id] {
        throw error(
          node, cause: "id \(id) would mean void and class \(names[index])",
          remedy: "take it out of void, or give the class another id in label_map")
      }
      meanings[id] = .void
    }
    return meanings
  }

  private func voidIDs(_ entries: Entries) throws(DatasetError) -> [(Int, Node)] {
    guard let node = entries["void"] else { return [] }
    guard case .sequence(let sequence) = node else { return [(try id(node, "void"), node)] }
    var ids: [(Int, Node)] = []
    for item in sequence { ids.append((try id(item, "an id of void"), item)) }
    return ids
  }

  private func label(_ node: Node, _ names: [String]) throws(DatasetError) -> Label {
    let text = try text(node, "a value of label_map")
    if let index = Int(text) {
      guard names.indices.contains(index) else {
        throw error(
          node, cause: "label_map leads to class \(index), but there are \(names.count) classes",
          remedy: "use an index from 0 to \(names.count - 1)")
      }
      return .index(index)
    }
    if let index = names.firstIndex(of: text) { return .index(index) }
    if text == "void" { return .void }
    let nearest = nearestName(to: text, among: names + ["void"])
    throw error(
      node, cause: "label_map leads to \"\(text)\", which is no class",
      remedy: nearest.map { "did you mean \"\($0)\"?" } ?? "use an index, a name or void")
  }

  private func flag(_ node: Node) throws(DatasetError) -> Bool {
    guard let text = node.scalar?.string, text == "true" || text == "false" else {
      throw error(node, cause: "reduce_zero_label is neither true nor false", remedy: "write one of them")
    }
    return text == "true"
  }

  private func id(_ node: Node, _ what: String) throws(DatasetError) -> Int {
    let id = try index(node, what)
    guard id <= Int(UInt16.max) else {
      throw error(node, cause: "\(what) is \(id)", remedy: "ids lie in 0 to 65535")
    }
    return id
  }

  private func index(_ node: Node, _ what: String) throws(DatasetError) -> Int {
    guard let value = node.scalar.flatMap({ Int($0.string) }), value >= 0 else {
      throw error(
        node, cause: "\(what) is \"\(node.scalar?.string ?? "no number")\"", remedy: "write a whole number from 0")
    }
    return value
  }
}
