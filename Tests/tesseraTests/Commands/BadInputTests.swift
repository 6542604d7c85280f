import Foundation
import Testing

extension CommandTests {
  /// Inputs that are broken, each told in one line by every command that meets them.
  struct BadInputTests {
    private let workspace: Workspace
    private var folder: TemporaryFolder { workspace.folder }

    init() async throws { workspace = try await Workspace(trained: true) }

    private func evaluate(model: String = "run", data: String = "scenes") async throws -> Tool.Outcome {
      try await Tool.run([
        "evaluate", "--threads", "1", "--model", workspace.path(model), "--data", workspace.path(data),
      ])
    }

    private func predict(model: String) async throws -> Tool.Outcome {
      try await Tool.run(
        [
          "predict", "--model", workspace.path(model), workspace.path("scenes/images/val"), "--out",
          workspace.path("out"),
        ])
    }

    private func expectModelError(_ model: String, naming parts: String...) async throws {
      for outcome in [try await evaluate(model: model), try await predict(model: model)] {
        expectError(outcome)
        for part in parts { #expect(outcome.errorLines.first?.contains(part) == true, "\(part): \(outcome.errors)") }
      }
      #expect(!folder.names(in: "").contains("out"), "nothing is made for a model that cannot be used")
    }

    @Test func foldersThatAreNoDataSet() async throws {
      try folder.write("hello", to: "empty/notes.txt")
      for data in ["empty", "missing", "scenes/dataset.yaml/x"] {
        expectError(try await evaluate(data: data), naming: workspace.path(data))
        expectError(try await workspace.train(data: data, out: "new-\(data.count)"), naming: workspace.path(data))
      }
    }

    @Test func samplesThatAreBroken() async throws {
      let image = "scenes/images/val/000008.png"
      let map = "scenes/labels/val/000008.png"
      let (goodImage, goodMap) = (try folder.bytes(image), try folder.bytes(map))
      var rows = [[UInt8]](repeating: [UInt8](repeating: 0, count: 48), count: 32)
      rows[1][2] = 77
      for (name, bytes, part) in [
        (map, try Workspace.labelMap([[0, 1]]), "2×1"), (map, try Workspace.labelMap(rows), "77"),
        (image, Array(goodImage.prefix(goodImage.count / 2)), "cut off"), (image, [], "empty"),
        (map, goodImage, "colours"),
      ] {
        try folder.write(bytes, to: name)
        expectError(try await evaluate(), naming: workspace.path(name), part)
        expectError(try await workspace.train(out: "new"), naming: workspace.path(name), part)
        try FileManager.default.removeItem(atPath: workspace.path("new"))
        try folder.write(goodImage, to: image)
        try folder.write(goodMap, to: map)
      }
      try FileManager.default.removeItem(atPath: workspace.path(map))
      expectError(try await evaluate(), naming: workspace.path(image), "without label map")
    }

    @Test func modelsThatAreNone() async throws {
      let weights = try folder.bytes("run/best.safetensors")
      try await expectModelError("missing.safetensors", naming: workspace.path("missing.safetensors"))
      try await expectModelError("scenes", naming: workspace.path("scenes/best.safetensors"))
      try folder.write(Array(weights.dropLast(1000)), to: "cut.safetensors")
      try await expectModelError("cut.safetensors", naming: workspace.path("cut.safetensors"), "truncated")
      try folder.write(try folder.bytes("scenes/images/val/000008.png"), to: "picture.safetensors")
      try await expectModelError("picture.safetensors", naming: workspace.path("picture.safetensors"), "PNG")
      let inspection = try await Tool.run(["inspect", workspace.path("cut.safetensors")])
      expectError(inspection, naming: workspace.path("cut.safetensors"), "truncated")
    }

    @Test func weightsOfAnotherArchitecture() async throws {
      let weights = try folder.bytes("run/best.safetensors")
      let old = Array(#"\"width\":4"#.utf8)
      let start = try #require(weights.indices.first { weights[$0...].starts(with: old) })
      var edited = weights
      edited[start + old.count - 1] = UInt8(ascii: "8")
      try folder.write(edited, to: "wide.safetensors")
      try await expectModelError(
        "wide.safetensors", naming: workspace.path("wide.safetensors"), "of another shape", "[4, 3, 3, 3]")
      edited[start + old.count - 1] = UInt8(ascii: "0")
      try folder.write(edited, to: "none.safetensors")
      try await expectModelError(
        "none.safetensors", naming: workspace.path("none.safetensors"), "tessera.architecture has width 0, not 1...1024"
      )
      edited = weights
      edited[start + 2] = UInt8(ascii: "v")
      try folder.write(edited, to: "vidth.safetensors")
      try await expectModelError(
        "vidth.safetensors", naming: workspace.path("vidth.safetensors"), "tessera.architecture")
    }

    @Test func outputsThatCannotBeWritten() async throws {
      expectError(try await workspace.train(out: "scenes/dataset.yaml/run"), naming: "scenes/dataset.yaml/run")
      expectError(
        try await Tool.run(["synthesize", "--out", workspace.path("scenes/dataset.yaml")]),
        naming: "scenes/dataset.yaml")
      let full = try await Tool.run(
        ["train", "--data", workspace.path("scenes"), "--out", workspace.path("full")] + Workspace.tiny,
        shell: "ulimit -f 8; exec \"$0\" \"$@\"")
      expectError(full, naming: workspace.path("full/state-last.safetensors"))
      #expect(folder.names(in: "full") == [".lock", "resolved.yaml"], "nothing half-written")
      let synthesis = try await Tool.run(
        ["synthesize", "--out", workspace.path("half"), "--images", "5"], shell: "ulimit -f 1; exec \"$0\" \"$@\"")
      expectError(synthesis, naming: workspace.path("half"))
      #expect(!folder.names(in: "half").contains("dataset.yaml"), "what is not whole is no data set")
    }
  }
}
