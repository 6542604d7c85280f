import Foundation
import Testing

@testable import TesseraFiles

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
    let folder = try TemporaryFolder()
    for bytes in [old, new, []] {
      try write(bytes, to: "\(folder.path)/f")
      #expect(try folder.contents("f") == bytes)
    }
    for bytes in [new, [], old] {
      try DurableFile.write(bytes, to: "\(folder.path)/f")
      #expect(try folder.contents("f") == bytes)
    }
    #expect(try folder.names == ["f"])
  }

  @Test func withoutACommitTheOldFileStays() throws {
    let folder = try TemporaryFolder()
    try folder.create("f", old)
    do {
      var file = try DurableFile(path: "\(folder.path)/f")
      try file.write(new.span.bytes)
      #expect(try folder.names.count == 2)
    }
    #expect(try folder.contents("f") == old)
    #expect(try folder.names == ["f"])
  }

  /// Lets the first call fail, then the second, and so on until none is left to fail.
  @Test(arguments: [EIO, ENOSPC, EDQUOT, EROFS, EINTR, EINVAL])
  func everyCallMayFail(code: Int32) throws {
    var operations: [FileError.Operation] = []
    for index in 1...20 {
      let folder = try TemporaryFolder()
      let path = "\(folder.path)/f"
      try folder.create("f", old)
      let faults = Faults(at: index, code: code)
      let error = failure { () throws(FileError) in try write(new, to: path, calls: faults.calls) }
      if let error {
        #expect(error == FileError(path: path, operation: error.operation, cause: .system(code)))
        operations.append(error.operation)
      }
      let isNew = error == nil || error?.operation == .synchronizeFolder
      #expect(try folder.contents("f") == (isNew ? new : old), "call \(index)")
      #expect(try folder.names == ["f"], "call \(index)")
      if faults.count < index { break }
    }
    // An interrupted write goes on, and a file system that cannot sync folders is taken as it is; a close comes when
    // the bytes are on the disk, and loses none of them.
    let all: [FileError.Operation] = [
      .openFolder, .create, .write, .write, .synchronize, .rename, .synchronizeFolder,
    ]
    #expect(
      operations
        == all.filter { ($0 != .write || code != EINTR) && ($0 != .synchronizeFolder || code != EINVAL) })
  }

  /// Lets the process die before each call in turn: what is there afterwards is the old file or the new one.
  @Test func deathAtAnyCallLeavesTheOldFileOrTheNew() throws {
    var isNew: [Bool] = []
    for index in 1...9 {
      let folder = try TemporaryFolder()
      let path = "\(folder.path)/f"
      try folder.create("f", old)
      try? write(new, to: path, calls: Faults(at: index, code: nil).calls)
      isNew.append(try folder.contents("f") == new)
      #expect(try folder.contents("f") == (isNew.last == true ? new : old))
      try write(new, to: path)
      #expect(try folder.contents("f") == new)
      #expect(try folder.names == ["f"], "the next writer removes what the dead one left")
    }
    #expect(isNew == [false, false, false, false, false, false, true, true, true])
  }

  @Test func shortWritesGoOn() throws {
    let folder = try TemporaryFolder()
    var calls = SystemCalls.live
    calls.write = { file, bytes in
      SystemCalls.live.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(1)))
    }
    try write(new, to: "\(folder.path)/f", calls: calls)
    #expect(try folder.contents("f") == new)
  }

  @Test func aWriteThatTakesNothingEnds() throws {
    let folder = try TemporaryFolder()
    var calls = SystemCalls.live
    calls.write = { _, _ in 0 }
    #expect(throws: FileError(path: "\(folder.path)/f", operation: .write, cause: .system(EIO))) {
      try write(new, to: "\(folder.path)/f", calls: calls)
    }
  }

  @Test func writersOfTheSameFileDoNotMeet() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/f"
    var one = try DurableFile(path: path)
    var other = try DurableFile(path: path)
    try one.write(old.span.bytes)
    try other.write(new.span.bytes)
    try one.commit()
    #expect(try folder.contents("f") == old)
    try other.commit()
    #expect(try folder.contents("f") == new)
    #expect(try folder.names == ["f"])
  }

  @Test(arguments: [
    String(repeating: "n", count: 255), String(repeating: "ü", count: 127), " ", "..f", "\u{301}accent", "👩‍🚀.png",
  ])
  func everyNameOfAFileServes(name: String) throws {
    let folder = try TemporaryFolder()
    try DurableFile.write(new, to: "\(folder.path)/\(name)")
    #expect(try folder.names.map { Array($0.utf8) } == [Array(name.utf8)])
  }

  @Test func newFilesHaveThePermissionsOfTheProcess() throws {
    let folder = try TemporaryFolder()
    try folder.create("plain")
    try DurableFile.write(new, to: "\(folder.path)/f")
    var (plain, durable) = (stat(), stat())
    #expect(stat("\(folder.path)/plain", &plain) == 0 && stat("\(folder.path)/f", &durable) == 0)
    #expect(durable.st_mode == plain.st_mode)
  }

  @Test func pathsWithoutAFileNameAreRefused() {
    for path in ["", "/", "/tmp/"] {
      #expect(throws: FileError(path: path, operation: .create, cause: .system(EISDIR))) { try write(new, to: path) }
    }
  }

  @Test func foldersAreNotReplaced() throws {
    let folder = try TemporaryFolder()
    let inner = "\(folder.path)/inner"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
    #expect(throws: FileError(path: inner, operation: .rename, cause: .system(EISDIR))) {
      try DurableFile.write(new, to: inner)
    }
    #expect(try folder.names == ["inner"])
  }

  @Test func failuresNamePathAndOperation() throws {
    let folder = try TemporaryFolder()
    let orphan = "\(folder.path)/none/file"
    #expect(throws: FileError(path: orphan, operation: .openFolder, cause: .system(ENOENT))) {
      try DurableFile.write(new, to: orphan)
    }
    // Nobody can create files here, not even the superuser.
    let error = #expect(throws: FileError.self) { try DurableFile.write(new, to: "/proc/tessera") }
    #expect(error?.path == "/proc/tessera" && error?.operation == .create)
  }

  /// A real refusal of the kernel in the midst of a file, in a process of its own because the limit is the process's.
  @Test func theFileSizeLimitKeepsTheOldFileAndClosesEverything() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try folder.create("f", [1, 2, 3])
      let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let path = "\(folder.path)/f"
      #expect(throws: FileError(path: path, operation: .write, cause: .system(EFBIG))) {
        try DurableFile.write([UInt8](repeating: 7, count: 100_000), to: path)
      }
      #expect(try folder.contents("f") == [1, 2, 3])
      #expect(try folder.names == ["f"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count == descriptors)
    }
  }
}
