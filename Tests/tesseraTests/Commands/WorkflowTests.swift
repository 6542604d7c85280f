import Foundation
import Testing

extension CommandTests {
  /// The way from nothing to scores.
  struct WorkflowTests {
    @Test("predictions as files score what the model scores")
    func predictionsScoreAsTheModel() async throws {
      let workspace = try await Workspace(trained: true)
      let predict = try await Tool.run(
        [
          "predict", "--model", workspace.path("run"), workspace.path("scenes/images/val"), "--out",
          workspace.path("maps"),
        ])
      expectDone(predict)
      #expect(predict.output.isEmpty, "data only on standard output")
      #expect(workspace.folder.names(in: "maps") == workspace.folder.names(in: "scenes/images/val"))

      for json in [[], ["--json"]] {
        let model = try await Tool.run(
          ["evaluate", "--model", workspace.path("run"), "--data", workspace.path("scenes"), "--threads", "1"] + json)
        let files = try await Tool.run(
          ["evaluate", "--predictions", workspace.path("maps"), "--data", workspace.path("scenes"), "--threads", "1"]
            + json)
        expectDone(model)
        expectDone(files)
        #expect(model.output == files.output)
        #expect(model.output.contains("pedestrian"))
        #expect(model.errors.isEmpty, "no bar where nobody watches")
      }
    }

    @Test func synthesizedSetsAreValidAndRepeatable() async throws {
      let first = try await Workspace(images: 5)
      let second = try await Workspace(images: 5)
      for name in ["dataset.yaml", "images/train/000000.png", "labels/val/000004.png"] {
        #expect(try first.folder.bytes("scenes/\(name)") == second.folder.bytes("scenes/\(name)"), "\(name)")
      }
      let validation = try await Tool.run(["validate", "--data", first.path("scenes")])
      #expect(validation.status == 0, "\(validation.output)")
      let again = try await Tool.run(["synthesize", "--out", first.path("scenes")])
      expectError(again, naming: first.path("scenes"))
    }

    @Test("the other architecture goes the same way")
    func lraspp() async throws {
      let workspace = try await Workspace(images: 6)
      let options = ["--arch", "lraspp"] + Workspace.tiny.drop { $0 != "--crop" }
      expectDone(try await workspace.train(options))
      let resolved = String(decoding: try workspace.folder.bytes("run/resolved.yaml"), as: UTF8.self)
      #expect(resolved.contains("arch: lraspp\n") && !resolved.contains("width"), "\(resolved)")
      let inspection = try await Tool.run(["inspect", workspace.path("run")])
      #expect(inspection.output.contains("architecture    lraspp\n"), "\(inspection.output)")
      let images = workspace.path("scenes/images/val")
      expectDone(
        try await Tool.run(["predict", "--model", workspace.path("run"), images, "--out", workspace.path("maps")]))
      let scores = ["--data", workspace.path("scenes"), "--json", "--threads", "1"]
      let model = try await Tool.run(["evaluate", "--model", workspace.path("run")] + scores)
      let files = try await Tool.run(["evaluate", "--predictions", workspace.path("maps")] + scores)
      expectDone(model)
      #expect(model.output == files.output)
      let wide = try await workspace.train(options + ["--width", "8"], out: "wide")
      expectError(wide, status: 64, naming: "--width 8", "lraspp comes in one size")
    }

    @Test("a model of more than 256 classes predicts 16-bit grey that scores alike")
    func manyClasses() async throws {
      let folder = try TemporaryFolder()
      let names = (0..<300).map { "c\($0)" }.joined(separator: ", ")
      try folder.write("names: [\(names)]\n", to: "set/dataset.yaml")
      let map = try Workspace.labelMap((0..<32).map { y in (0..<32).map { x in UInt8(x / 4 * 8 + y / 4) } })
      for split in ["train", "val"] {
        for name in ["a", "b"] {
          try folder.write(try Workspace.image(width: 32, height: 32), to: "set/images/\(split)/\(name).png")
          try folder.write(map, to: "set/labels/\(split)/\(name).png")
        }
      }
      let set = folder.path("set")
      expectDone(try await Tool.run(["train", "--data", set, "--out", folder.path("run")] + Workspace.tiny))
      expectDone(
        try await Tool.run([
          "predict", "--model", folder.path("run"), "\(set)/images/val/a.png", "\(set)/images/val/b.png",
          "--overlay", "--threads", "1", "--out", folder.path("maps"),
        ]))
      let inspection = try await Tool.run(["inspect", folder.path("maps/a.png")])
      #expect(inspection.output.contains("bit depth       16\ncolour type     grey\n"), "\(inspection.output)")
      let scores = ["--data", set, "--json", "--threads", "1"]
      let model = try await Tool.run(["evaluate", "--model", folder.path("run")] + scores)
      let files = try await Tool.run(["evaluate", "--predictions", folder.path("maps")] + scores)
      expectDone(model)
      expectDone(files)
      #expect(model.output == files.output)
    }
  }
}
