import Foundation
import Testing

extension CommandTests {
  /// Images that are sent several at a time, and what becomes of those that fail.
  struct RequestTests {
    @Test func severalAtATimeAreTheSameMaps() async throws {
      let workspace = try await Workspace(images: 12, trained: true)
      let images = workspace.path("scenes/images/train")
      try FileManager.default.copyItem(atPath: images, toPath: workspace.path("mixed"))
      try workspace.folder.write([1, 2, 3], to: "mixed/broken.png")
      let predicted = try await Tool.run([
        "predict", "--model", workspace.path("run"), images, "--out", workspace.path("predicted"), "--threads", "1",
      ])
      expectDone(predicted)
      let names = workspace.folder.names(in: "predicted")
      let outcome = try await withServing(["--model", workspace.path("run")]) { _, address in
        let list = try await Tool.run(["request", "--server", address, "--list"])
        let weights = try #require(list.outputLines.dropFirst().first?.split(separator: " ").last)
        let request = ["request", "--server", address, workspace.path("mixed"), "--out"]
        let mixed = try await Tool.run(
          request + [
            workspace.path("maps"), "--connections", "3", "--in-flight", "2", "--deadline", "60", "--weights",
            String(weights),
          ])
        expectError(mixed, naming: "mixed/broken.png")
        #expect(mixed.errors.contains("\(names.count) of \(names.count + 1) images predicted"), "\(mixed.errors)")
        #expect(workspace.folder.names(in: "maps") == names)
        for name in names {
          #expect(try workspace.folder.bytes("maps/\(name)") == workspace.folder.bytes("predicted/\(name)"))
        }
        let others = try await Tool.run(
          request + [workspace.path("none"), "--weights", String(repeating: "0", count: 64)])
        expectError(others, naming: "the weights of default are \(weights)")
      }
      expectDone(outcome)
    }

    @Test func aServerThatIsNotThereIsNamed() async throws {
      let folder = try TemporaryFolder()
      let image = try Workspace.image(width: 16, height: 16)
      try folder.write(image, to: "a.png")
      let request = [folder.path("a.png"), "--out", folder.path("maps"), "--retries", "1"]
      let one = try await Tool.run(["request", "--server", "127.0.0.1:1"] + request)
      expectError(one, naming: "\"127.0.0.1\" port 1", "start the server")
      let two = try await Tool.run(["request", "--server", "127.0.0.1:1", "--server", "127.0.0.1:2"] + request)
      expectError(two, naming: "no server can be reached", "port 1", "port 2")
    }
  }
}
