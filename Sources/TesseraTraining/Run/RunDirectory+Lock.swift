import Glibc

/// Holds a run folder for one process; released when the value goes, or the process dies.
final class RunLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock at once or says who has it.
  init(_ run: RunDirectory) throws(RunError) {
    let path = "\(run.path)/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RunError(
        path: path, problem: "the folder cannot be written (\(String(cString: strerror(errno))))",
        remedy: "choose another --out or mend its permissions")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EWOULDBLOCK
        ? RunError(
          path: run.path, problem: "another training is writing this folder",
          remedy: "wait for it or choose another --out")
        : RunError(
          path: path, problem: "the folder cannot be locked (\(String(cString: strerror(code))))",
          remedy: "choose another --out")
    }
  }

  deinit { close(descriptor) }
}
