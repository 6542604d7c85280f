import Glibc
import Testing

@testable import tessera_bench

struct ProcessUsageTests {
  /// A process whose name tries to look like fields.
  private let stat = "7 (a) b (c 9) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 1 2 3"

  @Test func pagesAndTicksAreCounted() {
    let usage = ProcessUsage(statm: "900 30 5 1 0 2 0\n", stat: stat, pageSize: 4096, ticksPerSecond: 100)
    #expect(usage?.residentBytes == 30 * 4096)
    #expect(usage?.processorSeconds == 3)
  }

  @Test(arguments: [
    ("", "7 (a) S 1"), ("900", "x"), ("900 x", "7 (a) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0"),
    ("900 30", "7 (a) S 1 7 7 0 -1 4194560 100 0 0 0 250"), ("900 30", ""),
  ])
  func whatDoesNotSayItIsNoUsage(statm: String, stat: String) {
    #expect(ProcessUsage(statm: statm, stat: stat, pageSize: 4096, ticksPerSecond: 100) == nil)
  }

  @Test func thisProcessHasAny() throws {
    let usage = try #require(ProcessUsage.ofThisProcess)
    #expect(usage.residentBytes > 1 << 20)
    #expect(ProcessUsage(of: .max) == nil)
  }

  @Test func memoryIsObservedUntilTheWorkIsDone() async {
    let (value, memory) = await ResidentMemory.observing(getpid()) {
      try? await Task.sleep(for: .milliseconds(250))
      return 5
    }
    #expect(value == 5)
    #expect((3...5).contains(memory.samples.count) && memory.samples.allSatisfy { $0 > 0 })
  }
}
