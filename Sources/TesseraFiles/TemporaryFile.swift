import Glibc

/// A new, empty file beside the file that it will replace.
///
/// Its writer holds a lock on it. One without a lock has lost its writer and may be removed, which process identifiers
/// alone could not tell: they are used again, and differ between containers.
struct TemporaryFile {
  /// Writers that one file can have at a time.
  static let maximumCount = 16

  let name: String
  /// Open for writing; whoever holds this value closes it.
  let descriptor: Int32

  init(of target: String, in folder: Int32, path: String, calls: SystemCalls) throws(FileError) {
    for number in 0..<Self.maximumCount {
      let name = Self.name(of: target, number)
      let created = calls.create(folder, name)
      if created == -Int(EEXIST) { continue }
      guard created >= 0 else { throw FileError(path: path, operation: .create, cause: .system(Int32(-created))) }
      let descriptor = Int32(created)
      if Self.isOurs(descriptor) {
        self.name = name
        self.descriptor = descriptor
        return
      }
      _ = calls.close(descriptor)
    }
    throw FileError(path: path, operation: .create, cause: .system(EEXIST))
  }

  /// The names follow from the target's, so that what a dead writer left is found without listing the folder.
  ///
  /// They do not grow with it, which may be as long as names can be. Should two targets share a hash, they share the
  /// numbers, and nothing else.
  static func name(of target: String, _ number: Int) -> String {
    // FNV-1a, which is the same in every process.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in target.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return ".tessera-\(String(hash, radix: 16))-\(number).tmp"
  }

  /// Removes the temporary files of `target` that nobody writes any more, as far as the system allows.
  static func removeStale(of target: String, in folder: Int32, calls: SystemCalls) {
    for number in 0..<maximumCount {
      let name = name(of: target, number)
      // Some network file systems lock only what is open for writing.
      let descriptor = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      remove(name, in: folder, ifStale: descriptor, calls: calls)
      close(descriptor)
    }
  }

  /// Removes the file open as `descriptor` if nobody holds its lock and it still has this name.
  ///
  /// Between the opening and the lock its writer may have renamed it and another writer taken the name; once it is
  /// locked, nobody else touches the name.
  static func remove(_ name: String, in folder: Int32, ifStale descriptor: Int32, calls: SystemCalls) {
    var (opened, named) = (stat(), stat())
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0,
      fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0,
      opened.st_dev == named.st_dev, opened.st_ino == named.st_ino
    else { return }
    _ = calls.remove(folder, name)
  }

  /// Locks a file just created; false where another writer took it for stale in the moment before the lock.
  private static func isOurs(_ descriptor: Int32) -> Bool {
    // A file system without locks refuses them to everybody, so nobody can take the file for stale.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }
}
