import Foundation
import Testing

/// `Protocol/tessera.ksy` reads the vectors to what they mean.
@Suite(
  .enabled(
    if: KaitaiInterpreter.canRun,
    "no python3 (3.10 or later) has PyYAML and kaitaistruct: apt-get install python3-yaml python3-kaitaistruct"))
struct KaitaiTests {
  @Test func everyFieldOfEveryFrame() throws {
    let outcome = try KaitaiInterpreter.read(VectorFile.folder.appending(path: ".."))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let vectors = try VectorFile.validFrames().count
    #expect(outcome.output.hasPrefix("\(vectors) frames"))
  }

  /// Shows that the comparison can fail.
  @Test func anotherDescriptionIsNoticed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tessera-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let protocolFolder = VectorFile.folder.appending(path: "..").standardizedFileURL
    let text = try String(
      contentsOf: protocolFolder.appending(path: "tessera.ksy"), encoding: .utf8)
    let swapped = text.replacing("id: width", with: "id: w").replacing(
      "id: height", with: "id: width"
    )
    .replacing("id: w\n", with: "id: height\n")
    try Data(swapped.utf8).write(to: folder.appending(path: "tessera.ksy"))
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "vectors"), withDestinationURL: VectorFile.folder)
    let outcome = try KaitaiInterpreter.read(folder)
    #expect(outcome.status == 1 && outcome.errors.contains("open-Nx1"))
  }
}
