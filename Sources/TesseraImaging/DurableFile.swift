import Glibc

/// Writes files that are there whole or not at all, even if the power fails in between.
package enum DurableFile {
  /// Replaces or creates the file at `path`.
  ///
  /// A temporary file in the same folder takes the bytes and is synced, then renamed over the target; then the folder
  /// is synced. Whatever fails, the old file stays as it was and the temporary one is removed; only a failing sync of
  /// the folder leaves the new file in place, not yet certain to outlast a power failure.
  ///
  /// - Throws: ``FileError`` with path, operation and cause.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let folder = folder(of: path)
    let temporary = try TemporaryFile(in: folder, for: path)
    do throws(FileError) {
      try temporary.write(bytes)
      guard rename(temporary.path, path) == 0 else { throw FileError.system(path, .rename) }
    } catch {
      unlink(temporary.path)
      throw error
    }
    try syncFolder(folder, of: path)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func syncFolder(_ folder: String, of path: String) throws(FileError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path, .syncFolder) }
    defer { close(descriptor) }
    // Some network file systems know no sync of folders and say so with EINVAL; there is nothing more to do there.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system(path, .syncFolder) }
  }
}

/// A new file under a name of its own.
private struct TemporaryFile {
  let path: String
  let target: String
  let descriptor: Int32

  /// Creates the file with the permissions that the process gives to new files.
  init(in folder: String, for target: String) throws(FileError) {
    self.target = target
    // The name does not grow with the target's, which may be as long as names can be.
    path = "\(folder)/.tmp-\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 16))"
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system(target, .create) }
  }

  /// Writes and syncs all bytes, then closes the file in any case.
  ///
  /// A failed sync is never tried again: Linux may have dropped the pages and would report success.
  func write(_ bytes: [UInt8]) throws(FileError) {
    do throws(FileError) {
      try writeAll(bytes)
      guard fsync(descriptor) == 0 else { throw FileError.system(target, .sync) }
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw .system(target, .write) }
  }

  private func writeAll(_ bytes: [UInt8]) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let part = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
      }
      if part >= 0 {
        written += part
      } else if errno != EINTR {
        throw .system(target, .write)
      }
    }
  }
}
