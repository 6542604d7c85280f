extension DatasetDescription {
  /// A description to paste and correct, made for the ids that label maps were seen to hold.
  ///
  /// Id 255 beside consecutive ids is taken for void, as is customary; ids with gaps get a `label_map`.
  static func example(ids: Set<Int>) -> String {
    let sorted = ids.sorted()
    let isConsecutive = { (ids: ArraySlice<Int>) in ids.enumerated().allSatisfy { $0 == $1 } }
    let hasVoid = sorted.count > 2 && sorted.last == 255 && isConsecutive(sorted.dropLast())
    let classes = hasVoid ? Array(sorted.dropLast()) : sorted
    let count = max(2, classes.count)
    var lines = ["names: [\((0..<count).map { "class\($0)" }.joined(separator: ", "))]"]
    if hasVoid { lines.append("void: 255") }
    if !isConsecutive(classes[...]) {
      let pairs = classes.enumerated().filter { $0 != $1 }.map { "\($1): \($0)" }
      lines.append("label_map: {\(pairs.joined(separator: ", "))}")
    }
    return lines.joined(separator: "\n")
  }
}
