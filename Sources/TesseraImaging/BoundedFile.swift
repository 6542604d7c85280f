import Glibc

/// Reads whole files that may come from anyone: the size is known to be bearable before a byte is allocated.
package enum BoundedFile {
  /// Reads a regular file of at most `limit` bytes.
  ///
  /// - Throws: ``FileError`` with path, operation and cause.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openRegular(path)
    defer { close(descriptor) }
    guard size <= limit else {
      throw FileError(path: path, operation: .read, cause: .tooLarge(byteCount: size, limit: limit))
    }
    return try bytes(of: descriptor, upTo: size, path)
  }

  /// Reads the first bytes of a regular file of any size: `count`, or fewer where there are no more.
  ///
  /// - Throws: ``FileError`` with path, operation and cause.
  package static func read(_ path: String, first count: Int) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openRegular(path)
    defer { close(descriptor) }
    return try bytes(of: descriptor, upTo: min(count, size), path)
  }

  /// Opens a regular file; the caller closes it.
  private static func openRegular(_ path: String) throws(FileError) -> (descriptor: Int32, size: Int) {
    // Without O_NONBLOCK opening a pipe that nobody writes would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, .open) }
    do throws(FileError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw FileError.system(path, .inspect) }
      switch status.st_mode & S_IFMT {
      case S_IFREG: return (descriptor, Int(status.st_size))
      case S_IFDIR: throw FileError(path: path, operation: .read, cause: .folder)
      default: throw FileError(path: path, operation: .read, cause: .notRegular)
      }
    } catch {
      close(descriptor)
      throw error
    }
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
