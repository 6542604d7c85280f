import Foundation
import TesseraTensor

/// What this process may use of the machine.
public struct SystemBudget: Hashable, Sendable, Encodable {
  /// Processors that run.
  public let processors: Int
  /// Processors that this process may run on, by its affinity.
  public let allowedProcessors: Int
  /// Processors' worth of time that the control group grants; nil without a limit.
  public let processorQuota: Double?
  /// Bytes of memory in the machine.
  public let memoryBytes: Int?
  /// Bytes that could be taken now.
  public let availableMemoryBytes: Int?
  /// Bytes that the control group grants; nil without a limit.
  public let memoryLimitBytes: Int?
  /// Bytes that the control group has taken; nil without one.
  public let memoryUsedBytes: Int?

  /// Asks the system.
  public init() {
    processors = ComputeThreads.available
    allowedProcessors = Self.allowedCount(in: Self.text("/proc/self/status") ?? "") ?? processors
    let group = Self.controlGroup
    processorQuota = group.flatMap { Self.quota($0) }
    memoryLimitBytes = group.flatMap { Self.text("\($0)/memory.max") }.flatMap { Int($0) }
    memoryUsedBytes = group.flatMap { Self.text("\($0)/memory.current") }.flatMap { Int($0) }
    let memory = Self.text("/proc/meminfo") ?? ""
    memoryBytes = Self.kibibytes("MemTotal:", in: memory)
    availableMemoryBytes = Self.kibibytes("MemAvailable:", in: memory)
  }

  /// Most threads that can run at once.
  public var usableProcessors: Int {
    let quota = processorQuota.map { max(1, Int($0.rounded(.up))) } ?? .max
    return max(1, min(processors, allowedProcessors, quota))
  }

  /// Most bytes that could be taken now: what the machine has available, within what the control group leaves.
  public var usableMemoryBytes: Int? {
    let left = memoryLimitBytes.map { max(0, $0 - (memoryUsedBytes ?? 0)) }
    return [availableMemoryBytes, left].compactMap(\.self).min()
  }

  /// Counts the processors of a line such as "Cpus_allowed_list: 0-3,8".
  static func allowedCount(in status: String) -> Int? {
    let key = "Cpus_allowed_list:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return nil }
    let ranges = line.dropFirst(key.count).split(separator: ",")
    return ranges.reduce(0) { sum, range in
      let ends = range.split(separator: "-").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
      guard let first = ends.first, let last = ends.last, last >= first else { return sum }
      return sum + last - first + 1
    }
  }

  /// The folder of this process's control group, version 2.
  private static var controlGroup: String? {
    let own = text("/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3)
    let folders = [own.map { "/sys/fs/cgroup\($0)" }, "/sys/fs/cgroup"].compactMap(\.self)
    return folders.first { FileManager.default.fileExists(atPath: "\($0)/cpu.max") }
  }

  private static func quota(_ group: String) -> Double? {
    let parts = (text("\(group)/cpu.max") ?? "").split(separator: " ").map { Double($0) }
    guard parts.count == 2, let share = parts[0], let period = parts[1], period > 0 else { return nil }
    return share / period
  }

  private static func kibibytes(_ key: String, in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
  }

  static func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8)).map { $0.trimmingCharacters(in: .newlines) }
  }
}
