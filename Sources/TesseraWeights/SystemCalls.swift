internal import Glibc

/// The system calls by which a file is replaced, as a table, so that tests can let any one of them fail.
///
/// Each returns what the kernel does: a result, or the negated `errno`.
struct SystemCalls: Sendable {
  var openDirectory: @Sendable (_ path: String) -> Int
  var create: @Sendable (_ directory: Int32, _ name: String) -> Int
  var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
  var synchronize: @Sendable (_ fileOrDirectory: Int32) -> Int
  var close: @Sendable (_ file: Int32) -> Int
  var rename: @Sendable (_ directory: Int32, _ from: String, _ to: String) -> Int
  var remove: @Sendable (_ directory: Int32, _ name: String) -> Int

  /// The calls of the running system.
  static let live = SystemCalls(
    openDirectory: { path in result(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) },
    create: { directory, name in result(openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)) },
    write: { file, bytes in result(Glibc.write(file, bytes.baseAddress, bytes.count)) },
    synchronize: { file in result(fsync(file)) },
    close: { file in result(Glibc.close(file)) },
    rename: { directory, from, to in result(renameat(directory, from, directory, to)) },
    remove: { directory, name in result(unlinkat(directory, name, 0)) })

  private static func result(_ value: some BinaryInteger) -> Int { value < 0 ? -Int(errno) : Int(value) }
}
