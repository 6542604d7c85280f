import Glibc

/// What a process has taken so far, as the system counts it.
struct ProcessUsage: Sendable {
  /// Memory in RAM now.
  let residentBytes: Int
  /// Time on processors, of all its threads.
  let processorSeconds: Double

  /// Reads two files of /proc; nil where they do not say.
  init?(statm: String, stat: String, pageSize: Int, ticksPerSecond: Int) {
    let pages = statm.split(separator: " ")
    // The name in parentheses may hold spaces; behind it the 12th and 13th fields are times.
    guard pages.count > 1, let resident = Int(pages[1]), let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
    residentBytes = resident * pageSize
    processorSeconds = Double(user + system) / Double(ticksPerSecond)
  }

  /// Looks at a process; nil where there is none.
  init?(of process: Int32) {
    guard let statm = Self.contents("/proc/\(process)/statm"), let stat = Self.contents("/proc/\(process)/stat")
    else { return nil }
    self.init(
      statm: statm, stat: stat, pageSize: Int(sysconf(Int32(_SC_PAGESIZE))),
      ticksPerSecond: Int(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// What this process has taken.
  static var ofThisProcess: ProcessUsage? { ProcessUsage(of: getpid()) }

  private static func contents(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
