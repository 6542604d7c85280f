import Glibc
import TesseraFiles

extension FileError {
  /// Whether there is no such file.
  var isMissing: Bool { cause == .system(ENOENT) }
}
