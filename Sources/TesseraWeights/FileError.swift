internal import Glibc

/// Why the system refused an operation on a file.
public struct FileError: Error, Hashable, Sendable {
  /// What was tried.
  public enum Operation: String, Hashable, Sendable {
    /// Opening the file.
    case open
    /// Reading from it.
    case read
    /// Opening the directory that holds it.
    case openDirectory = "open the directory of"
    /// Creating the temporary file beside it.
    case create = "create a temporary file beside"
    /// Writing to the temporary file.
    case write
    /// Bringing its bytes to the disk.
    case synchronize = "bring to the disk"
    /// Putting the temporary file in its place.
    case rename = "put the new file in the place of"
    /// Bringing the directory entry to the disk; the file is replaced, yet may not survive a power loss.
    case synchronizeDirectory = "bring to the disk the directory of"
  }

  /// The file's path.
  public let path: String
  /// What was tried.
  public let operation: Operation
  /// The system's `errno`.
  public let code: Int32
}

extension FileError: CustomStringConvertible {
  /// One line for people: file, operation, cause and remedy.
  public var description: String {
    "\(path): cannot \(operation.rawValue) this file: \(String(cString: strerror(code))); \(remedy)"
  }

  /// What to do about it.
  public var remedy: String {
    switch code {
    case ENOENT, ENOTDIR: "check the path"
    case EACCES, EPERM: "check the permissions of the file and its directory"
    case EROFS: "choose a directory on a writable file system"
    case ENOSPC: "free space on its file system and try again; what was there before is intact"
    case EDQUOT, EFBIG: "raise the quota or the file size limit and try again; what was there before is intact"
    case EISDIR: "name a file, not a directory"
    case ENAMETOOLONG: "choose a shorter name"
    case EMFILE, ENFILE: "close files or raise the limit of open files (ulimit -n)"
    case EEXIST: "remove the temporary files beside it that no process writes"
    case EIO: "check the disk; this copy cannot be trusted"
    default: "see the system log"
    }
  }
}
