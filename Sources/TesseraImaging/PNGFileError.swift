public import TesseraFiles

/// Why a PNG file could not be read, with its path.
public struct PNGFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whether the file or what is in it is at fault.
  public enum Cause: Hashable, Sendable {
    /// The file cannot be read.
    case file(FileError)
    /// The bytes are no PNG that can be read as asked.
    case png(PNGError)
  }

  /// The file as the caller named it.
  public let path: String
  /// What is wrong with it.
  public let cause: Cause

  /// Names a file and what is wrong with it.
  public init(path: String, cause: Cause) {
    self.path = path
    self.cause = cause
  }

  /// One line: file, what is wrong, what to do.
  public var description: String { "\(path): \(explanation)" }

  /// The line without the path, for errors that name it themselves.
  package var explanation: String {
    switch cause {
    case .file(let error): error.explanation
    case .png(let error): error.description
    }
  }
}
