/// Why classes and ids do not make a label set.
public enum LabelSetError: Error, Hashable, Sendable {
  /// There must be 1 to ``LabelMap/maximumClassCount`` classes.
  case classCount(Int)
  /// Two classes have this name.
  case duplicateName(String)
  /// A stored id lies outside `0...65535`.
  case idOutOfRange(Int)
  /// A stored id would mean more than one label.
  case ambiguousID(Int, [Label])
  /// A stored id maps to a class index that does not exist.
  case unknownClass(index: Int, id: Int)
}

extension LabelSetError: CustomStringConvertible {
  /// The fault and its remedy in one line.
  public var description: String {
    switch self {
    case .classCount(let count):
      "A label set has 1 to \(LabelMap.maximumClassCount) classes, not \(count)."
    case .duplicateName(let name):
      "Two classes are called \"\(name)\"; give each its own name."
    case .idOutOfRange(let id):
      "The stored id \(id) lies outside 0...65535, which is what a label map can hold."
    case .ambiguousID(let id, let labels):
      "The stored id \(id) would mean \(labels.map(\.description).joined(separator: " and ")); give it one meaning."
    case .unknownClass(let index, let id):
      "The stored id \(id) means class \(index), but no class has that index; name the class or correct the id."
    }
  }
}
