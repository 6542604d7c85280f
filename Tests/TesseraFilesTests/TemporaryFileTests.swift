import Foundation
import Testing

@testable import TesseraFiles

struct TemporaryFileTests {
  private func opened(_ path: String, _ flags: Int32 = O_WRONLY) -> Int32 { open(path, flags | O_CLOEXEC) }

  @Test func onlyTemporariesOfThisNameWithoutAWriterAreRemoved() throws {
    let folder = try TemporaryFolder()
    let others = [".f", TemporaryFile.name(of: "g", 0), "f.tmp", TemporaryFile.name(of: "f", 16)]
    for name in others + [TemporaryFile.name(of: "f", 0), TemporaryFile.name(of: "f", 15)] { try folder.create(name) }
    let live = TemporaryFile.name(of: "f", 7)
    try folder.create(live)
    let writer = opened("\(folder.path)/\(live)")
    defer { close(writer) }
    #expect(flock(writer, LOCK_EX | LOCK_NB) == 0)
    try DurableFile.write([2], to: "\(folder.path)/f")
    #expect(try folder.names == (others + [live, "f"]).sorted())
  }

  @Test func manyWritersAreToldApartAndOneMoreIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/f"
    for number in 0..<TemporaryFile.maximumCount {
      // A folder of the name cannot be opened for writing, so nobody can find out that it is stale.
      let name = TemporaryFile.name(of: "f", number)
      try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
      if number == TemporaryFile.maximumCount - 2 { try DurableFile.write([1], to: path) }
    }
    #expect(throws: FileError(path: path, operation: .create, cause: .system(EEXIST))) {
      try DurableFile.write([2], to: path)
    }
    #expect(try folder.contents("f") == [1])
  }

  /// Its writer renamed the file between the opening and the lock, and another writer has taken the name.
  @Test func aNameThatAnotherWriterTookIsNotRemoved() throws {
    let folder = try TemporaryFolder()
    let directory = opened(folder.path, O_RDONLY | O_DIRECTORY)
    try folder.create("t", [1])
    let stale = opened("\(folder.path)/t")
    defer { for descriptor in [directory, stale] { close(descriptor) } }
    #expect(rename("\(folder.path)/t", "\(folder.path)/f") == 0)
    try folder.create("t", [2])
    TemporaryFile.remove("t", in: directory, ifStale: stale, calls: .live)
    #expect(try folder.names == ["f", "t"])
  }

  @Test func namesFollowFromTheTargetAndStayShort() {
    // The FNV-1a of "foobar", from the list of its authors.
    #expect(TemporaryFile.name(of: "foobar", 3) == ".tessera-85944171f73967e8-3.tmp")
    #expect(TemporaryFile.name(of: String(repeating: "n", count: 255), 15).utf8.count < 40)
  }
}
