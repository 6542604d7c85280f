import Glibc

/// A file that is replaced as a whole or not at all, and once replaced survives a power loss.
///
/// What is written goes to a temporary file in the same folder; ``commit()`` brings it to the disk, renames it over
/// the old file and brings the folder to the disk. A value that goes without a commit, such as after an error,
/// takes its temporary file with it and leaves the old file as it was. A symbolic link is replaced, not followed.
///
/// A failed `fsync` is never tried again: the kernel then marks the lost pages clean, and a second one would succeed.
package struct DurableFile: ~Copyable {
  private let path: String
  private let name: String
  private let temporary: TemporaryFile
  private let folder: Int32
  private let calls: SystemCalls
  private var isRenamed = false

  /// Begins to write the file at `path`, and removes what writers that died left beside it.
  package init(path: String) throws(FileError) {
    try self.init(path: path, calls: .live)
  }

  init(path: String, calls: SystemCalls) throws(FileError) {
    // Among bytes, since a slash and an accent at the beginning of a name make one character.
    let bytes = path.utf8
    let nameStart = bytes.lastIndex(of: UInt8(ascii: "/")).map(bytes.index(after:)) ?? bytes.startIndex
    let name = String(decoding: bytes[nameStart...], as: UTF8.self)
    guard !name.isEmpty else { throw FileError(path: path, operation: .create, cause: .system(EISDIR)) }
    let folder = calls.openFolder(
      nameStart == bytes.startIndex ? "." : String(decoding: bytes[..<nameStart], as: UTF8.self))
    guard folder >= 0 else { throw FileError(path: path, operation: .openFolder, cause: .system(Int32(-folder))) }
    TemporaryFile.removeStale(of: name, in: Int32(folder), calls: calls)
    do {
      temporary = try TemporaryFile(of: name, in: Int32(folder), path: path, calls: calls)
    } catch {
      _ = calls.close(Int32(folder))
      throw error
    }
    self.path = path
    self.name = name
    self.folder = Int32(folder)
    self.calls = calls
  }

  deinit {
    // Whatever fails here concerns only the temporary file, which the next writer removes: the bytes of a file that
    // was renamed are on the disk. Its lock goes last, so that nobody takes it for stale before.
    if !isRenamed { _ = calls.remove(folder, temporary.name) }
    _ = calls.close(temporary.descriptor)
    _ = calls.close(folder)
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
  /// - Throws: ``FileError``; the old file is intact unless the operation is
  ///   ``FileError/Operation/synchronizeFolder``.
  package consuming func commit() throws(FileError) {
    try check(calls.synchronize(temporary.descriptor), .synchronize)
    try check(calls.rename(folder, temporary.name, name), .rename)
    isRenamed = true
    let result = calls.synchronize(folder)
    // Some network file systems know no sync of folders and say so with EINVAL; there is nothing more to do there.
    try check(result == -Int(EINVAL) ? 0 : result, .synchronizeFolder)
  }

  private func check(_ result: Int, _ operation: FileError.Operation) throws(FileError) {
    guard result >= 0 else { throw FileError(path: path, operation: operation, cause: .system(Int32(-result))) }
  }
}
