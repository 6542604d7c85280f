internal import Glibc

/// A new, empty file `.NAME.tmp-PID-N` beside the file that it will replace.
///
/// Its writer holds a lock on it. One without a lock has lost its writer and may be removed, which process identifiers
/// alone could not tell: they are used again, and differ between containers.
struct TemporaryFile {
  /// Files that one process can write at a time under one name.
  private static let maximumCount = 16

  let name: String
  /// Open for writing; whoever holds this value closes it.
  let descriptor: Int32

  init(of target: String, in directory: Int32, path: String, calls: SystemCalls) throws(FileError) {
    for number in 0..<Self.maximumCount {
      let name = "\(Self.prefix(of: target))\(getpid())-\(number)"
      let created = calls.create(directory, name)
      if created == -Int(EEXIST) { continue }
      guard created >= 0 else { throw FileError(path: path, operation: .create, code: Int32(-created)) }
      let descriptor = Int32(created)
      if Self.isOurs(descriptor) {
        self.name = name
        self.descriptor = descriptor
        return
      }
      _ = calls.close(descriptor)
    }
    throw FileError(path: path, operation: .create, code: EEXIST)
  }

  /// Removes the temporary files of `target` that nobody writes any more, as far as the system allows.
  static func removeStale(of target: String, in directory: Int32, calls: SystemCalls) {
    for name in names(in: directory) where name.hasPrefix(prefix(of: target)) {
      let descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { _ = calls.remove(directory, name) }
      close(descriptor)
    }
  }

  private static func prefix(of target: String) -> String { ".\(target).tmp-" }

  /// Locks a file just created; false where another writer took it for stale in the moment before the lock.
  private static func isOurs(_ descriptor: Int32) -> Bool {
    // A file system without locks refuses them to everybody, so nobody can take the file for stale.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }

  private static func names(in directory: Int32) -> [String] {
    let descriptor = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, let stream = fdopendir(descriptor) else {
      if descriptor >= 0 { close(descriptor) }
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream), let offset = MemoryLayout<dirent>.offset(of: \.d_name) {
      // The entry may be shorter than its type, so the name is read in place, not copied with the whole.
      names.append(String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)))
    }
    return names
  }
}
