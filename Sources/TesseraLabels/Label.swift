/// What one pixel is: a class of the label set, or void, which belongs to no class, no loss and no metric.
public enum Label: Hashable, Sendable {
  /// The pixel belongs to the class at this index of the label set, in `0..<labelSet.count`.
  case index(Int)
  /// The pixel lies outside every class.
  case void
}

extension Label: CustomStringConvertible {
  /// "class 3" or "void".
  public var description: String {
    switch self {
    case .index(let index): "class \(index)"
    case .void: "void"
    }
  }
}
