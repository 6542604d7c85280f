import Foundation
import Glibc
import TesseraImaging
import Testing

@Suite struct DurableFileTests {
  @Test func replacesWholeFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file"
    try DurableFile.write([1, 2, 3, 4], to: path)
    try DurableFile.write([5], to: path)
    #expect(try BoundedFile.read(path, limit: 10) == [5])
    #expect(try folder.names == ["file"])
  }

  @Test func longNamesAreNoTrouble() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    try DurableFile.write([1], to: "\(folder.path)/\(name)")
    #expect(try folder.names == [name])
  }

  @Test func failuresNamePathAndOperation() throws {
    let folder = try TemporaryFolder()
    let orphan = folder.path + "/none/file"
    #expect(throws: FileError(path: orphan, operation: .create, cause: .system(ENOENT))) {
      try DurableFile.write([1], to: orphan)
    }
    // Nobody can create files here, not even the superuser.
    #expect { try DurableFile.write([1], to: "/proc/tessera") } throws: { error in
      guard let error = error as? FileError else { return false }
      return error.path == "/proc/tessera" && error.operation == .create && !error.description.contains("\n")
    }
  }

  @Test func foldersAreNotReplaced() throws {
    let folder = try TemporaryFolder()
    let inner = folder.path + "/inner"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
    #expect(throws: FileError(path: inner, operation: .rename, cause: .system(EISDIR))) {
      try DurableFile.write([1], to: inner)
    }
    #expect(try folder.names == ["inner"])
  }

  /// A write that the system cuts short leaves the old file and nothing else.
  @Test func failingWriteKeepsTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.path + "/file"
      try DurableFile.write([1, 2, 3], to: path)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      precondition(setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit) == 0)
      do {
        try DurableFile.write([UInt8](repeating: 7, count: 100_000), to: path)
        preconditionFailure("the write went past the limit")
      } catch let error as FileError {
        precondition(error == FileError(path: path, operation: .write, cause: .system(EFBIG)))
      }
      let bytes = try BoundedFile.read(path, limit: 10)
      precondition(bytes == [1, 2, 3])
      let names = try folder.names
      precondition(names == ["file"])
    }
  }
}
