/// One part of a data set.
public enum Split: String, CaseIterable, Codable, Comparable, Sendable, CustomStringConvertible {
  /// What is learned from.
  case train
  /// What guides choices during training.
  case val
  /// What is measured once, at the end.
  case test

  /// The name of the split as folders and lists carry it.
  public var description: String { rawValue }

  /// Orders splits as they are declared.
  public static func < (a: Split, b: Split) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }
}
