#if canImport(Glibc)
  import Glibc
#endif

/// Ends the process where the system has not what computing needs, and says so: no caller could go on.
///
/// - Parameter need: what there is none left of, such as "4096 bytes".
func stopWithoutMemory(_ need: String) -> Never {
  let line =
    "Error: out of memory: the system has no \(need) left (\(StoragePool.statistics.held) held for tensors); use a "
    + "smaller batch, crop or width\n"
  // Optimised builds stop without a word.
  _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  preconditionFailure(line)
}
