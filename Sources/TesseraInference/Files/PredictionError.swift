import TesseraProtocol

/// Why an image was not predicted or its prediction not written: the file, what is wrong and what to do.
public struct PredictionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What is wrong.
  public let cause: String
  /// What to do.
  public let remedy: String?

  init(path: String, cause: String, remedy: String?) {
    self.path = path
    self.cause = cause
    self.remedy = remedy
  }

  /// Names the image that a service refused.
  init(_ error: SegmentationError, path: String) {
    // Whether to send it again is a question only where the answer may differ.
    self.init(path: path, cause: error.retry == .never ? error.message : "\(error)", remedy: nil)
  }

  /// Place, cause and remedy in one line.
  public var description: String { "\(path): \(cause)" + (remedy.map { "; \($0)" } ?? "") }
}
