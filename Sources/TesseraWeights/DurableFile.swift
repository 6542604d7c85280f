internal import Glibc

/// A file that is replaced as a whole or not at all, and once replaced survives a power loss.
///
/// What is written goes to a temporary file in the same directory; ``commit()`` brings it to the disk, renames it over
/// the old file and brings the directory to the disk. A value that goes without a commit, such as after an error,
/// takes its temporary file with it and leaves the old file as it was. A symbolic link is replaced, not followed.
///
/// A failed `fsync` is never tried again: the kernel then marks the lost pages clean, and a second one would succeed.
package struct DurableFile: ~Copyable {
  private let path: String
  private let name: String
  private let temporary: TemporaryFile
  private let directory: Int32
  private let calls: SystemCalls
  private var isRenamed = false

  /// Begins to write the file at `path`, and removes what writers that died left beside it.
  package init(path: String) throws(FileError) {
    try self.init(path: path, calls: .live)
  }

  init(path: String, calls: SystemCalls) throws(FileError) {
    let slash = path.lastIndex(of: "/")
    let name = String(slash.map { path[path.index(after: $0)...] } ?? path[...])
    guard !name.isEmpty else { throw FileError(path: path, operation: .create, code: EISDIR) }
    let directory = calls.openDirectory(slash.map { String(path[...$0]) } ?? ".")
    guard directory >= 0 else { throw FileError(path: path, operation: .openDirectory, code: Int32(-directory)) }
    TemporaryFile.removeStale(of: name, in: Int32(directory), calls: calls)
    do {
      temporary = try TemporaryFile(of: name, in: Int32(directory), path: path, calls: calls)
    } catch {
      _ = calls.close(Int32(directory))
      throw error
    }
    self.path = path
    self.name = name
    self.directory = Int32(directory)
    self.calls = calls
  }

  deinit {
    // Whatever fails here concerns only the temporary file, which the next writer removes: the bytes of a file that
    // was renamed are on the disk. Its lock goes last, so that nobody takes it for stale before.
    if !isRenamed { _ = calls.remove(directory, temporary.name) }
    _ = calls.close(temporary.descriptor)
    _ = calls.close(directory)
  }

  /// Appends bytes; after an error nothing but letting the value go is of use.
  package mutating func write(_ bytes: RawSpan) throws(FileError) {
    let failure = bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let written = calls.write(temporary.descriptor, UnsafeRawBufferPointer(rebasing: rest))
        if written > 0 {
          rest = rest.dropFirst(written)
        } else if written != -Int(EINTR) {
          // No regular file takes zero bytes for ever; saying so ends the loop.
          return written == 0 ? EIO : Int32(-written)
        }
      }
      return 0
    }
    try check(-Int(failure), .write)
  }

  /// Puts what was written in the place of the file, durably.
  ///
  /// - Throws: ``FileError``; the old file is intact unless the operation is `synchronizeDirectory`.
  package consuming func commit() throws(FileError) {
    try check(calls.synchronize(temporary.descriptor), .synchronize)
    try check(calls.rename(directory, temporary.name, name), .rename)
    isRenamed = true
    try check(calls.synchronize(directory), .synchronizeDirectory)
  }

  private func check(_ result: Int, _ operation: FileError.Operation) throws(FileError) {
    guard result >= 0 else { throw FileError(path: path, operation: operation, code: Int32(-result)) }
  }
}
