import Foundation
import Testing

@testable import TesseraFiles

struct InputFileTests {
  @Test func wholeFilesUpToTheLimitAreRead() throws {
    let folder = try TemporaryFolder()
    for bytes in [[], [1], (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }] as [[UInt8]] {
      try folder.create("f", bytes)
      #expect(try InputFile.read("\(folder.path)/f", limit: bytes.count) == bytes)
    }
    let cause = FileError.Cause.tooLarge(byteCount: 70_000, limit: 9)
    #expect(throws: FileError(path: "\(folder.path)/f", operation: .read, cause: cause)) {
      try InputFile.read("\(folder.path)/f", limit: 9)
    }
  }

  @Test func partsAreReadByOffset() throws {
    let folder = try TemporaryFolder()
    try folder.create("f", [0, 1, 2, 3, 4])
    let file = try InputFile(path: "\(folder.path)/f")
    #expect(file.length == 5)
    #expect(try file.read(2, at: 3) == [3, 4])
    #expect(try file.read(2, at: 0) == [0, 1])
    #expect(try file.read(3, at: 4) == [4])
    #expect(try file.read(3, at: 5) == [])
    #expect(try file.read(0, at: 0) == [])
  }

  @Test func filesThatShrinkGiveWhatIsLeft() throws {
    let folder = try TemporaryFolder()
    try folder.create("f", [0, 1, 2, 3, 4])
    let file = try InputFile(path: "\(folder.path)/f")
    #expect(truncate("\(folder.path)/f", 2) == 0)
    #expect(try file.read(file.length, at: 0) == [0, 1])
  }

  @Test func hugeFilesAreRefusedUnread() throws {
    let folder = try TemporaryFolder()
    try folder.create("f")
    // A hole: a tebibyte that takes no space.
    #expect(truncate("\(folder.path)/f", 1 << 40) == 0)
    let cause = FileError.Cause.tooLarge(byteCount: 1 << 40, limit: 10)
    #expect(throws: FileError(path: "\(folder.path)/f", operation: .read, cause: cause)) {
      try InputFile.read("\(folder.path)/f", limit: 10)
    }
  }

  @Test(.timeLimit(.minutes(1))) func whatIsNoRegularFileIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let expected: [(String, FileError.Operation, FileError.Cause)] = [
      (folder.path, .read, .folder), (pipe, .read, .notRegular), ("/dev/zero", .read, .notRegular),
      ("\(folder.path)/none", .open, .system(ENOENT)), ("", .open, .system(ENOENT)),
      ("\(pipe)/below", .open, .system(ENOTDIR)),
    ]
    for (path, operation, cause) in expected {
      #expect(throws: FileError(path: path, operation: operation, cause: cause)) {
        try InputFile.read(path, limit: 10)
      }
    }
  }
}
