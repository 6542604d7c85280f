import Foundation
import Testing

extension CommandTests {
  /// The short form of `Tests/Campaigns/reload`.
  struct ReloadCampaignTests {
    private static let python = "/usr/bin/python3"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "\(python) is not there"))
    func reloadsUnderLoad() async throws {
      let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let outcome = try await Tool.run(
        [tests.appending(path: "Campaigns/reload").path(), "--reloads", "12", "--damage-every", "5", "--clients", "3"],
        variables: ["PYTHONDONTWRITEBYTECODE": "1"],
        shell: #"exec \#(Self.python) "$@" --tessera "$0""#)
      expectDone(outcome)
      #expect(outcome.output.contains("reloads     12, and 2 refused\n"), "\(outcome.output)")
      #expect(outcome.output.contains("faults      0\n"), "\(outcome.output)")
    }
  }
}
