import Glibc

/// Why the system would not read or write a file.
public struct FileError: Error, Hashable, Sendable {
  /// What was being done.
  public enum Operation: String, Hashable, Sendable {
    /// Opening the file for reading.
    case open = "open"
    /// Asking for its kind and size.
    case inspect = "inspect"
    /// Reading its bytes.
    case read = "read"
    /// Creating the temporary file beside the target.
    case create = "create a temporary file beside"
    /// Writing the temporary file.
    case write = "write"
    /// Forcing the bytes to the disk.
    case sync = "sync"
    /// Putting the temporary file in the place of the target.
    case rename = "put the new file in the place of"
    /// Forcing the folder's entry to the disk.
    case syncFolder = "sync the folder of"
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
  /// What was being done.
  public let operation: Operation
  /// What stood in the way.
  public let cause: Cause

  /// Names a file, what was being done with it and what stood in the way.
  public init(path: String, operation: Operation, cause: Cause) {
    self.path = path
    self.operation = operation
    self.cause = cause
  }

  /// Whether there is no such file.
  public var isMissing: Bool { cause == .system(ENOENT) }

  /// The error number of the call that has just failed.
  static func system(_ path: String, _ operation: Operation) -> FileError {
    FileError(path: path, operation: operation, cause: .system(errno))
  }
}

extension FileError: CustomStringConvertible {
  /// One line: file, operation, cause and, where one is known, remedy.
  public var description: String { "\(path): \(explanation)" }

  /// The line without the path.
  var explanation: String {
    let verb = "\(operation.rawValue) it"
    return switch cause {
    case .system(let code): "cannot \(verb): \(String(cString: strerror(code)))\(Self.remedy(code))"
    case .folder: "cannot \(verb): it is a folder; name a file"
    case .notRegular: "cannot \(verb): it is a pipe, socket or device; name a regular file"
    case .tooLarge(let byteCount, let limit):
      "cannot \(verb): it has \(byteCount) bytes, but the limit is \(limit); shrink it or raise the limit"
    }
  }

  private static func remedy(_ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "; check the path"
    case EACCES, EPERM: "; check its permissions and those of its folder"
    case EISDIR: "; name a file"
    case ENOSPC, EDQUOT: "; free some space"
    case EFBIG: "; raise the limit on file sizes (ulimit -f)"
    case EROFS: "; choose a folder that can be written"
    case EMFILE, ENFILE: "; raise the limit on open files (ulimit -n)"
    case EIO: "; check the disk"
    default: ""
    }
  }
}
