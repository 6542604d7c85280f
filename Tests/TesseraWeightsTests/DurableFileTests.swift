import Foundation
import Synchronization
import Testing

@testable import TesseraWeights

struct DurableFileTests {
  private let old = Array("old".utf8)
  private let new = Array("the new contents".utf8)

  private func write(_ bytes: [UInt8], to path: String, calls: SystemCalls = .live) throws(FileError) {
    var file = try DurableFile(path: path, calls: calls)
    // In two parts, so that a fault can fall between them.
    for part in [bytes.prefix(4), bytes.dropFirst(4)] { try file.write(part.span.bytes) }
    try file.commit()
  }

  private func failure(_ body: () throws(FileError) -> Void) -> FileError? {
    do {
      try body()
      return nil
    } catch { return error }
  }

  @Test func theFileIsReplacedAsAWhole() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/f"
      try write(old, to: path)
      #expect(try contents(path) == old)
      try write(new, to: path)
      #expect(try contents(path) == new)
      try write([], to: path)
      #expect(try contents(path) == [])
      #expect(try names(in: directory) == ["f"])
    }
  }

  @Test func withoutACommitTheOldFileStays() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/f"
      try write(old, to: path)
      do {
        var file = try DurableFile(path: path)
        try file.write(new.span.bytes)
        #expect(try names(in: directory).count == 2)
      }
      #expect(try contents(path) == old)
      #expect(try names(in: directory) == ["f"])
    }
  }

  /// Lets the first call fail, then the second, and so on until none is left to fail.
  @Test(arguments: [EIO, ENOSPC, EDQUOT, EROFS, EINTR])
  func everyCallMayFail(code: Int32) throws {
    var operations: [FileError.Operation] = []
    for index in 1...20 {
      let hasEnded = try withTemporaryDirectory { directory in
        let path = "\(directory)/f"
        try write(old, to: path)
        let faults = Faults(at: index, code: code)
        let error = failure { () throws(FileError) in try write(new, to: path, calls: faults.calls) }
        if let error {
          #expect(error == FileError(path: path, operation: error.operation, code: code))
          operations.append(error.operation)
        }
        let isNew = error == nil || error?.operation == .synchronizeDirectory
        #expect(try contents(path) == (isNew ? new : old), "call \(index)")
        #expect(try names(in: directory) == ["f"], "call \(index)")
        return faults.count < index
      }
      if hasEnded { break }
    }
    // An interrupted write goes on; a close comes when the bytes are on the disk, and loses none of them.
    #expect(
      operations
        == (code == EINTR
          ? [.openDirectory, .create, .synchronize, .rename, .synchronizeDirectory]
          : [.openDirectory, .create, .write, .write, .synchronize, .rename, .synchronizeDirectory]))
  }

  /// Lets the process die before each call in turn: what is there afterwards is the old file or the new one.
  @Test func deathAtAnyCallLeavesTheOldFileOrTheNew() throws {
    var isNew: [Bool] = []
    for index in 1...9 {
      try withTemporaryDirectory { directory in
        let path = "\(directory)/f"
        try write(old, to: path)
        try? write(new, to: path, calls: Faults(at: index, code: nil).calls)
        isNew.append(try contents(path) == new)
        #expect(try contents(path) == (isNew.last == true ? new : old))
        try write(new, to: path)
        #expect(try contents(path) == new)
        #expect(try names(in: directory) == ["f"], "the next writer removes what the dead one left")
      }
    }
    #expect(isNew == [false, false, false, false, false, false, true, true, true])
  }

  @Test func shortWritesGoOn() throws {
    try withTemporaryDirectory { directory in
      var calls = SystemCalls.live
      calls.write = { file, bytes in
        SystemCalls.live.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(1)))
      }
      try write(new, to: "\(directory)/f", calls: calls)
      #expect(try contents("\(directory)/f") == new)
    }
  }

  @Test func aWriteThatTakesNothingEnds() throws {
    try withTemporaryDirectory { directory in
      var calls = SystemCalls.live
      calls.write = { _, _ in 0 }
      #expect(throws: FileError(path: "\(directory)/f", operation: .write, code: EIO)) {
        try write(new, to: "\(directory)/f", calls: calls)
      }
    }
  }

  @Test func writersOfTheSameFileDoNotMeet() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/f"
      var one = try DurableFile(path: path)
      var other = try DurableFile(path: path)
      try one.write(old.span.bytes)
      try other.write(new.span.bytes)
      try one.commit()
      #expect(try contents(path) == old)
      try other.commit()
      #expect(try contents(path) == new)
      #expect(try names(in: directory) == ["f"])
    }
  }

  @Test func onlyTemporariesOfThisNameWithoutAWriterAreRemoved() throws {
    try withTemporaryDirectory { directory in
      for name in [".f.tmp-1-0", ".f.tmp-99999999-3", ".g.tmp-1-0", "f.tmp-1-0", ".f"] {
        #expect(FileManager.default.createFile(atPath: "\(directory)/\(name)", contents: Data([1])))
      }
      try write(new, to: "\(directory)/f")
      #expect(try names(in: directory) == [".f", ".g.tmp-1-0", "f", "f.tmp-1-0"])
    }
  }

  @Test func pathsWithoutAFileNameAreRefused() {
    for path in ["", "/", "/tmp/"] {
      #expect(throws: FileError(path: path, operation: .create, code: EISDIR)) { try write(new, to: path) }
    }
  }

  /// A real refusal of the kernel in the midst of a file, in a process of its own because the limit is the process's.
  @Test func theFileSizeLimitKeepsTheOldFileAndClosesEverything() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { directory in
        let path = "\(directory)/w.safetensors"
        var small = SafetensorsWriter()
        small.add("a", shape: [1], floats: [1])
        try small.write(durablyTo: path)
        let before = try contents(path)
        let descriptors = try names(in: "/proc/self/fd").count
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 65536, rlim_max: 65536)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        var large = SafetensorsWriter()
        large.add("a", shape: [100_000], floats: [Float](repeating: 1, count: 100_000))
        let error = #expect(throws: SafetensorsError.self) { try large.write(durablyTo: path) }
        #expect(error?.cause == .system(FileError(path: path, operation: .write, code: EFBIG)))
        #expect(try contents(path) == before)
        #expect(try names(in: directory) == ["w.safetensors"])
        #expect(try names(in: "/proc/self/fd").count == descriptors)
      }
    }
  }
}

/// The system's calls, of which one fails: with an error, or with the death of the process, after which no call has an
/// effect any more.
private final class Faults: Sendable {
  private let index: Int
  private let code: Int32?
  private let made = Mutex(0)

  init(at index: Int, code: Int32?) {
    self.index = index
    self.code = code
  }

  var count: Int { made.withLock { $0 } }

  private func call(dead: Int = 0, _ body: () -> Int) -> Int {
    let number = made.withLock { count in
      count += 1
      return count
    }
    if let code { return number == index ? -Int(code) : body() }
    return number >= index ? dead : body()
  }

  var calls: SystemCalls {
    let live = SystemCalls.live
    return SystemCalls(
      openDirectory: { path in self.call(dead: -Int(EIO)) { live.openDirectory(path) } },
      create: { directory, name in self.call(dead: -Int(EIO)) { live.create(directory, name) } },
      write: { file, bytes in self.call(dead: bytes.count) { live.write(file, bytes) } },
      synchronize: { file in self.call { live.synchronize(file) } },
      close: { file in
        // Closed in any case, as the kernel does after an error and at a process's death.
        let result = live.close(file)
        return self.call { result }
      },
      rename: { directory, from, to in self.call { live.rename(directory, from, to) } },
      remove: { directory, name in self.call { live.remove(directory, name) } })
  }
}
