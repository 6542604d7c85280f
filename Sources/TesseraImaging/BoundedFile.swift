import Glibc

/// Reads whole files that may come from anyone: the size is known to be bearable before a byte is allocated.
package enum BoundedFile {
  /// Reads a regular file of at most `limit` bytes.
  ///
  /// - Throws: ``FileError`` with path, operation and cause.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    // Without O_NONBLOCK opening a pipe that nobody writes would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, .open) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, .inspect) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError(path: path, operation: .read, cause: .folder)
    default: throw FileError(path: path, operation: .read, cause: .notRegular)
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw FileError(path: path, operation: .read, cause: .tooLarge(byteCount: size, limit: limit))
    }
    return try bytes(of: descriptor, upTo: size, path)
  }

  /// Reads up to `size` bytes: fewer where the file shrinks meanwhile, never more.
  private static func bytes(of descriptor: Int32, upTo size: Int, _ path: String) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let part = Glibc.read(descriptor, UnsafeMutableRawPointer(buffer.baseAddress! + count), size - count)
        if part > 0 {
          count += part
        } else if part == 0 {
          break
        } else if errno != EINTR {
          failure = .system(path, .read)
          break
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
