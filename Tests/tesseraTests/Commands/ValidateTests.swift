import Foundation
import Testing

extension CommandTests {
  /// Findings and exit status of `validate`.
  struct ValidateTests {
    private let workspace: Workspace
    private var folder: TemporaryFolder { workspace.folder }

    init() async throws { workspace = try await Workspace() }

    private func validate(_ options: String...) async throws -> Tool.Outcome {
      try await Tool.run(["validate", "--data", workspace.path("scenes")] + options)
    }

    @Test func unknownIDsHaveAPlace() async throws {
      var rows = [[UInt8]](repeating: [UInt8](repeating: 2, count: 48), count: 32)
      rows[5][7] = 77
      try folder.write(try Workspace.labelMap(rows), to: "scenes/labels/val/000008.png")
      let outcome = try await validate()
      #expect(outcome.status == 1)
      let line = try #require(outcome.outputLines.first { $0.contains("unknown-ids") })
      #expect(
        line.hasPrefix("\(workspace.path("scenes/labels/val/000008.png")):(7, 5): error: unknown-ids: "), "\(line)")
      #expect(line.contains("77"))
      #expect(outcome.errors.contains("10 label maps checked"))
    }

    @Test func sizesThatDifferAreAnError() async throws {
      try folder.write(try Workspace.labelMap([[0, 1]]), to: "scenes/labels/val/000008.png")
      let outcome = try await validate()
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("size-mismatch") && outcome.output.contains("2×1"), "\(outcome.output)")
    }

    @Test func whatCannotBeReadEndsWith2() async throws {
      let map = try folder.bytes("scenes/labels/train/000000.png")
      try folder.write(Array(map.dropLast(20)), to: "scenes/labels/train/000000.png")
      // An error elsewhere does not hide that something was not checked.
      try folder.write(try Workspace.labelMap([[0, 1]]), to: "scenes/labels/val/000008.png")
      let outcome = try await validate()
      #expect(outcome.status == 2 && outcome.signal == nil)
      #expect(outcome.output.contains("000000.png: unchecked: unreadable"), "\(outcome.output)")
    }

    @Test func noDataSetEndsWith2() async throws {
      try folder.write("hello", to: "empty/notes.txt")
      expectError(
        try await Tool.run(["validate", "--data", workspace.path("empty")]), status: 2, naming: workspace.path("empty"))
      expectError(
        try await Tool.run(["validate", "--data", workspace.path("missing")]), status: 2,
        naming: workspace.path("missing"))
      let map = workspace.path("scenes/labels/val/000008.png")
      expectError(
        try await Tool.run(["validate", map, "--classes", workspace.path("none.yaml")]), status: 2, naming: "none.yaml")
      try folder.write("nmes: [a]\n", to: "bad.yaml")
      expectError(
        try await Tool.run(["validate", map, "--classes", workspace.path("bad.yaml")]), status: 2, naming: "bad.yaml:1",
        "names")
    }

    @Test func singleMapsAreCheckedAgainstClasses() async throws {
      let maps = workspace.path("scenes/labels/val")
      let good = try await Tool.run(["validate", maps, "--classes", workspace.path("scenes/dataset.yaml")])
      #expect(good.status == 0, "\(good.output)")
      #expect(good.errors.contains("2 label maps checked"))
      try folder.write("names: [a, b]\nvoid: 255\n", to: "two.yaml")
      let bad = try await Tool.run(["validate", "\(maps)/*.png", "--classes", workspace.path("two.yaml"), "--json"])
      #expect(bad.status == 1)
      let json = try #require(JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [String: Any])
      let findings = try #require(json["findings"] as? [[String: Any]])
      #expect(findings.count { $0["rule"] as? String == "unknown-ids" } == 2)
      #expect(json["mapCount"] as? Int == 2)
      try folder.write(try Workspace.image(width: 9, height: 9), to: "scenes/labels/val/000008-overlay.png")
      for argument in [maps, "\(maps)/*.png"] {
        let overlay = try await Tool.run(["validate", argument, "--classes", workspace.path("scenes/dataset.yaml")])
        #expect(overlay.status == 0 && overlay.errors.contains("2 label maps checked"), "\(overlay.output)")
      }
      let alone = try await Tool.run(
        ["validate", "\(maps)/000008-overlay.png", "--classes", workspace.path("scenes/dataset.yaml")])
      #expect(alone.status == 1 && alone.output.contains("channel-count"), "\(alone.output)")
      let missing = try await Tool.run(
        ["validate", workspace.path("gone.png"), "--classes", workspace.path("scenes/dataset.yaml")])
      #expect(missing.status == 2 && missing.output.contains("gone.png"))
    }
  }
}
