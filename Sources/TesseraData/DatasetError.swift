/// Why a folder, a description or a sample cannot be used: where, what is wrong and what to do about it.
public struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of fault, for programs to branch on.
  public enum Kind: String, Hashable, Sendable {
    /// The folder has no layout that is known.
    case unknownLayout
    /// Nothing says what the stored ids mean.
    case missingDescription
    /// `dataset.yaml` breaks a rule.
    case invalidDescription
    /// A list of pairs breaks a rule.
    case invalidList
    /// The data set has no such split.
    case missingSplit
    /// A split has no sample.
    case emptySplit
    /// Images or label maps lack their partner.
    case unpaired
    /// A file or folder could not be read.
    case unreadable
    /// An image and its label map differ in size, or an id means nothing.
    case invalidSample
    /// A split has fewer samples than a batch.
    case splitTooSmall
    /// The output folder holds something already.
    case outputNotEmpty
    /// A file or folder could not be written.
    case unwritable
    /// A model's classes are not those of the set.
    case otherClasses
    /// A sample has no prediction.
    case missingPrediction
    /// A prediction has another size than its ground truth, or holds what is no class index.
    case invalidPrediction
    /// A number asked for lies outside its bounds.
    case outOfBounds
  }

  /// The kind of fault.
  public let kind: Kind
  /// The file or folder at fault.
  public let path: String
  /// The line in the file, from 1, where there is one.
  public let line: Int?
  /// What is wrong.
  public let cause: String
  /// What to do about it.
  public let remedy: String
  /// Text to paste into a file, where that is the remedy.
  public let example: String?

  init(_ kind: Kind, _ path: String, line: Int? = nil, cause: String, remedy: String, example: String? = nil) {
    self.kind = kind
    self.path = path
    self.line = line
    self.cause = cause
    self.remedy = remedy
    self.example = example
  }

  /// Place, cause and remedy in one line; below it the example, where there is one.
  public var description: String {
    let place = line.map { "\(path):\($0)" } ?? path
    let sentence = "\(place): \(cause); \(remedy)"
    return example.map { "\(sentence)\n\($0)" } ?? sentence
  }
}

/// The first few of a list and how many more there are.
func abbreviated(_ names: [String], limit: Int = 3) -> String {
  let shown = names.prefix(limit).joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}
