import Glibc
import TesseraFiles
import Testing

struct FileErrorTests {
  @Test(
    arguments: [
      (.open, .system(ENOENT), "cannot open it: No such file or directory; check the path"),
      (
        .write, .system(ENOSPC),
        "cannot write it: No space left on device; free space on its file system and try again; what was there before "
          + "is intact"
      ),
      (.read, .folder, "cannot read it: it is a folder; name a file"),
      (.read, .notRegular, "cannot read it: it is a pipe, socket or device; name a regular file"),
      (
        .read, .tooLarge(byteCount: 12, limit: 10),
        "cannot read it: it has 12 bytes, but the limit is 10; shrink it or raise the limit"
      ),
      (
        .synchronizeFolder, .system(ENOSPC),
        "cannot bring its folder to the disk: No space left on device; the new file is in place; write it again to be "
          + "sure that it lasts"
      ),
    ] as [(FileError.Operation, FileError.Cause, String)])
  func oneLineSaysFileOperationCauseAndRemedy(
    operation: FileError.Operation, cause: FileError.Cause, line: String
  ) {
    #expect(FileError(path: "a/b", operation: operation, cause: cause).description == "a/b: " + line)
  }

  @Test func everyNumberOfTheSystemMakesOneLine() {
    for code in 0...140 as ClosedRange<Int32> {
      for operation in [.open, .create, .rename] as [FileError.Operation] {
        let line = FileError(path: "p", operation: operation, cause: .system(code)).description
        #expect(line.hasPrefix("p: cannot ") && !line.contains("\n") && !line.hasSuffix("; "))
      }
    }
  }
}
