/// The memory that a process has in RAM while something goes on.
struct ResidentMemory: Sendable {
  private(set) var samples: [Int] = []

  private static let interval: Duration = .milliseconds(100)

  /// Looks every 100 ms until the work is done, and once more.
  static func observing<Value: Sendable>(
    _ process: Int32, _ work: @Sendable @escaping () async -> Value
  ) async -> (Value, ResidentMemory) {
    await withTaskGroup(of: ResidentMemory.self) { group in
      group.addTask {
        var memory = ResidentMemory()
        while true {
          memory.look(at: process)
          do { try await Task.sleep(for: interval) } catch { break }
        }
        memory.look(at: process)
        return memory
      }
      let value = await work()
      group.cancelAll()
      return (value, await group.reduce(into: ResidentMemory()) { $0.samples += $1.samples })
    }
  }

  private mutating func look(at process: Int32) {
    if let usage = ProcessUsage(of: process) { samples.append(usage.residentBytes) }
  }
}

extension JSONLine {
  /// Adds the first, the largest and the last sample in MB.
  mutating func add(_ memory: ResidentMemory) {
    let marks = [("first", memory.samples.first), ("most", memory.samples.max()), ("last", memory.samples.last)]
    for (name, bytes) in marks { add("resident_\(name)_mb", bytes.map { Double($0) / 1e6 } ?? .nan) }
  }
}
