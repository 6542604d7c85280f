/// Why a file could not be read or written: which file, what was tried and what stood in the way.
public struct FileError: Error, Hashable, Sendable {
  /// What was tried.
  public enum Operation: Hashable, Sendable {
    /// Opening the file for reading.
    case open
    /// Asking for its kind and size.
    case inspect
    /// Reading its bytes.
    case read
    /// Opening the folder that holds it.
    case openFolder
    /// Creating the temporary file beside it.
    case create
    /// Writing the temporary file.
    case write
    /// Bringing its bytes to the disk.
    case synchronize
    /// Putting the temporary file in its place.
    case rename
    /// Bringing the folder's entry to the disk; the file is replaced, yet may not outlast a power failure.
    case synchronizeFolder
  }

  /// What stood in the way.
  public enum Cause: Hashable, Sendable {
    /// The system's error number, as in `errno`.
    case system(Int32)
    /// The path leads to a folder.
    case folder
    /// The path leads to a pipe, socket or device.
    case notRegular
    /// The file has more bytes than the caller takes.
    case tooLarge(byteCount: Int, limit: Int)
  }

  /// The file as the caller named it.
  public let path: String
  /// What was tried.
  public let operation: Operation
  /// What stood in the way.
  public let cause: Cause

  /// Names a file, what was tried with it and what stood in the way.
  public init(path: String, operation: Operation, cause: Cause) {
    self.path = path
    self.operation = operation
    self.cause = cause
  }
}
