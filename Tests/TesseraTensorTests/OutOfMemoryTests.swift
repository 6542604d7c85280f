import Foundation
import TesseraTensor
import Testing

/// Computing without memory ends in words, in optimised builds too.
@Suite struct OutOfMemoryTests {
  /// Leaves the process so much address space more than it has.
  private static func leave(_ bytes: Int) throws {
    let sizes = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    let pages = try #require(sizes.first.flatMap { Int($0) })
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    limit.rlim_cur = rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + bytes)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }

  @Test func aLibraryThatHasNoRoom() async throws {
    let ended = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let tensor = Tensor([1, 1, 1, 2], [1, 2])
      try Self.leave(8 << 20)
      _ = tensor.converted(to: .blocked)
    }
    let words = String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.contains("Error: out of memory: the system has no memory for converted(to: blocked"), "\(words)")
  }

  @Test func aTensorThatDoesNotFit() async throws {
    let ended = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try Self.leave(8 << 20)
      _ = Tensor([1 << 24], initializingWith: { $0.initialize(repeating: 0) })
    }
    let words = String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.contains("Error: out of memory: the system has no 67108864 bytes left"), "\(words)")
  }
}
