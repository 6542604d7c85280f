import Glibc

extension FileError: CustomStringConvertible {
  /// One line for people: file, operation, cause and remedy.
  public var description: String { "\(path): \(explanation)" }

  /// The line without the path, for errors that name it themselves.
  package var explanation: String { "cannot \(operation.words): \(cause.words); \(remedy)" }

  /// What to do about it.
  public var remedy: String {
    if operation == .synchronizeFolder { return "the new file is in place; write it again to be sure that it lasts" }
    return switch cause {
    case .system(let code): systemRemedy(code)
    case .folder: "name a file"
    case .notRegular: "name a regular file"
    case .tooLarge: "shrink it or raise the limit"
    }
  }

  private func systemRemedy(_ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "check the path"
    case EACCES, EPERM: "check its permissions and those of its folder"
    case EROFS: "choose a folder on a writable file system"
    case ENOSPC: "free space on its file system and try again; what was there before is intact"
    case EDQUOT: "free space or raise the quota and try again; what was there before is intact"
    case EFBIG: "raise the limit on file sizes (ulimit -f) and try again; what was there before is intact"
    case EISDIR: "name a file, not a folder"
    case ENXIO: "name a regular file"
    case ENAMETOOLONG: "choose a shorter name"
    case EMFILE, ENFILE: "close files or raise the limit on open files (ulimit -n)"
    case EEXIST: "remove the temporary files beside it that no process writes"
    case EIO: operation == .read ? "check the disk; this copy cannot be trusted" : "check the disk"
    default: "see the system log"
    }
  }
}

extension FileError.Operation {
  fileprivate var words: String {
    switch self {
    case .open: "open it"
    case .inspect: "inspect it"
    case .read: "read it"
    case .openFolder: "open its folder"
    case .create: "create a temporary file beside it"
    case .write: "write it"
    case .synchronize: "bring it to the disk"
    case .rename: "put the new file in its place"
    case .synchronizeFolder: "bring its folder to the disk"
    }
  }
}

extension FileError.Cause {
  fileprivate var words: String {
    switch self {
    case .system(let code): String(cString: strerror(code))
    case .folder: "it is a folder"
    case .notRegular: "it is a pipe, socket or device"
    case .tooLarge(let byteCount, let limit): "it has \(byteCount) bytes, but the limit is \(limit)"
    }
  }
}
