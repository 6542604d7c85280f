import Foundation
import Glibc
import TesseraFiles
import TesseraImaging
import TesseraLabels
import Testing

@Suite struct PNGFilesTests {
  @Test func filesComeBack() throws {
    let folder = try TemporaryFolder()
    let golden = try Golden.named("palette8")
    let path = folder.path + "/ü map.png"
    try PNG.write(golden.png, to: path)
    #expect(try PNG.readImage(at: path).pixels == golden.rgb)
    #expect(try PNG.readLabelMap(at: path) == PNG.decodeLabelMap(golden.png))
  }

  @Test func everyFailureNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let empty = folder.path + "/empty.png"
    try PNG.write([], to: empty)
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let jpeg = folder.path + "/photo.png"
    try PNG.write([0xFF, 0xD8, 0xFF, 0xE0], to: jpeg)
    let missing = folder.path + "/missing.png"

    let expected: [(String, PNGFileError.Cause, String)] = [
      (missing, .file(FileError(path: missing, operation: .open, cause: .system(ENOENT))), "No such file"),
      (folder.path, .file(FileError(path: folder.path, operation: .read, cause: .folder)), "folder"),
      (pipe, .file(FileError(path: pipe, operation: .read, cause: .notRegular)), "pipe"),
      (empty, .png(.empty), "empty"),
      (jpeg, .png(.notPNG(found: "a JPEG")), "JPEG"),
    ]
    for (path, cause, words) in expected {
      let error = #expect(throws: PNGFileError.self) { try PNG.readImage(at: path) }
      #expect(error?.path == path && error?.cause == cause)
      let line = error?.description ?? ""
      #expect(line.hasPrefix(path + ": ") && line.contains(words) && !line.contains("\n"))
      #expect(throws: PNGFileError.self) { try PNG.readLabelMap(at: path) }
    }
  }

  @Test func largeFilesAreRefusedUnread() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/large.png"
    try PNG.write([], to: path)
    // A hole: a tebibyte that takes no space.
    #expect(truncate(path, 1 << 40) == 0)
    let error = #expect(throws: PNGFileError.self) { try PNG.readImage(at: path) }
    let cause = FileError.Cause.tooLarge(byteCount: 1 << 40, limit: 256 << 20)
    #expect(error?.cause == .file(FileError(path: path, operation: .read, cause: cause)))
  }
}
