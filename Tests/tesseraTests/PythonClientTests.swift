import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// The clients of Protocol/python, which share no code with this package, against the command's server.
  struct PythonClientTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Protocol/python").path()

    /// With zstandard its tests of compression run, too.
    private static let python = Python(having: "numpy", "zstandard") ?? Python(having: "numpy")

    @Test(
      .enabled(if: python != nil, "no python3 (3.9 or later) has numpy: apt-get install python3-numpy"),
      .timeLimit(.minutes(2)))
    func everyTestOfThePythonClientsHolds() async throws {
      let workspace = try await Workspace(images: 6, trained: true)
      let server = try Tool.Run([
        "serve", "--model", workspace.path("run"), "--listen", "127.0.0.1:0", "--threads", "1",
      ])
      defer { if server.isRunning { server.terminate() } }
      let address = try #require(await Self.address(of: server), "\(server.errorsSoFar)")

      let tests = try await Tool.run(
        [Self.folder, try #require(Self.python).path],
        variables: ["TESSERA_SERVER": address, "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"],
        shell: "cd \"$1\" && exec \"$2\" -W error -m unittest -v")
      expectDone(tests)
      #expect(tests.errors.hasSuffix("OK\n") || tests.errors.contains("\nOK (skipped="), "\(tests.errors)")
      #expect(!tests.errors.contains("no server is asked"), "\(tests.errors)")

      server.terminate()
      let outcome = try await server.finish()
      #expect(outcome.status == 0, "drains cleanly: \(outcome.errors)")
    }

    /// Where a server listens, once it does; nil where it ended instead.
    private static func address(of server: Tool.Run) async throws -> String? {
      let announcement = "\nlistening on "
      while server.isRunning {
        // The line must be whole.
        let told = "\n" + server.errorsSoFar
        if let start = told.range(of: announcement), let end = told[start.upperBound...].firstIndex(of: "\n") {
          return String(told[start.upperBound..<end])
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      return nil
    }
  }
}
