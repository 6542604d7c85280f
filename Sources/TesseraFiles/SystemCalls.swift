import Glibc

/// The system calls by which a file is replaced, as a table, so that tests can let any one of them fail.
///
/// Each returns what the kernel does: a result, or the negated `errno`.
struct SystemCalls: Sendable {
  var openFolder: @Sendable (_ path: String) -> Int
  var create: @Sendable (_ folder: Int32, _ name: String) -> Int
  var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
  var synchronize: @Sendable (_ fileOrFolder: Int32) -> Int
  var close: @Sendable (_ file: Int32) -> Int
  var rename: @Sendable (_ folder: Int32, _ from: String, _ to: String) -> Int
  var remove: @Sendable (_ folder: Int32, _ name: String) -> Int

  /// The calls of the running system.
  static let live = SystemCalls(
    openFolder: { path in result(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) },
    create: { folder, name in result(openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)) },
    write: { file, bytes in result(Glibc.write(file, bytes.baseAddress, bytes.count)) },
    synchronize: { file in result(fsync(file)) },
    close: { file in result(Glibc.close(file)) },
    rename: { folder, from, to in result(renameat(folder, from, folder, to)) },
    remove: { folder, name in result(unlinkat(folder, name, 0)) })

  private static func result(_ value: some BinaryInteger) -> Int { value < 0 ? -Int(errno) : Int(value) }
}
