internal import Glibc

/// An open file that is read by offset and closed when it goes.
///
/// Files are read, not mapped: another process that truncates a mapped file would kill this one.
struct InputFile: ~Copyable {
  let path: String
  /// Bytes the file had when it was opened.
  let length: Int
  private let descriptor: Int32

  init(path: String) throws(SafetensorsError) {
    func error(_ cause: SafetensorsError.Cause) -> SafetensorsError {
      SafetensorsError(file: path, place: .file, cause: cause)
    }
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw error(.system(FileError(path: path, operation: .open, code: errno))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw error(.notRegularFile)
    }
    self.path = path
    self.descriptor = descriptor
    length = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads `count` bytes from `offset` on, fewer only where the file ends.
  func read(_ count: Int, at offset: Int) throws(SafetensorsError) -> [UInt8] {
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
    guard failure == 0 else {
      throw SafetensorsError(
        file: path, place: .file, cause: .system(FileError(path: path, operation: .read, code: failure)))
    }
    return bytes
  }
}
