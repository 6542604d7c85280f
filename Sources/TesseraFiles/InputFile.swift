import Glibc

/// A regular file that is read by offset and closed when it goes.
///
/// Files are read, not mapped: another process that truncates a mapped file would kill this one.
package struct InputFile: ~Copyable {
  /// The file as the caller named it.
  package let path: String
  /// Bytes the file had when it was opened: what the caller bounds before taking memory for them.
  package let length: Int
  /// Who may do what with it: the lowest nine bits of its mode.
  package let permissions: UInt32
  private let descriptor: Int32

  /// Opens a file without waiting for anybody.
  ///
  /// - Throws: ``FileError``, also for what is no regular file.
  package init(path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, cause: .system(errno)) }
    do throws(FileError) {
      let status = try Self.status(of: descriptor, path)
      length = Int(status.st_size)
      permissions = status.st_mode & 0o777
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Reads `count` bytes from `offset` on, fewer only where the file ends.
  ///
  /// - Throws: ``FileError`` where the system refuses.
  package func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
        if got == 0 { return }
        if got > 0 {
          filled += got
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw FileError(path: path, operation: .read, cause: .system(failure)) }
    return bytes
  }

  private static func status(of descriptor: Int32, _ path: String) throws(FileError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError(path: path, operation: .inspect, cause: .system(errno))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status
    case S_IFDIR: throw FileError(path: path, operation: .read, cause: .folder)
    default: throw FileError(path: path, operation: .read, cause: .notRegular)
    }
  }
}
