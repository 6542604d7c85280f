import Foundation
import Testing

extension CommandTests {
  /// Scores of predictions made by hand.
  struct EvaluateTests {
    private let folder: TemporaryFolder

    /// Three classes, of which the last is in neither map, and one void pixel.
    init() async throws {
      folder = try TemporaryFolder()
      try folder.write("names: [road, car, bird]\nlabel_map: {10: road, 20: car}\nvoid: 255\n", to: "set/dataset.yaml")
      try folder.write(try Workspace.image(width: 2, height: 2), to: "set/images/val/one.png")
      try folder.write(try Workspace.labelMap([[10, 10], [20, 255]]), to: "set/labels/val/one.png")
      try folder.write(try Workspace.labelMap([[0, 1], [1, 2]]), to: "maps/one.png")
    }

    private func evaluate(_ options: String...) async throws -> Tool.Outcome {
      try await Tool.run(["evaluate", "--predictions", folder.path("maps"), "--data", folder.path("set")] + options)
    }

    @Test func tableHoldsTheScores() async throws {
      let outcome = try await evaluate()
      expectDone(outcome)
      let rows = outcome.outputLines.map { $0.split(separator: " ").map(String.init) }
      #expect(rows.contains(["road", "0.5000", "0.5000", "1.0000", "0.6667", "2"]))
      #expect(rows.contains(["car", "0.5000", "1.0000", "0.5000", "0.6667", "1"]))
      #expect(rows.contains(["bird", "–", "–", "–", "–", "–"]))
      let ends = Dictionary(
        rows.filter { $0.count > 1 }.map { ($0.dropLast().joined(separator: " "), $0.last) }
      ) { first, _ in first }
      #expect(ends["mIoU (pooled; 2 of 3 classes present)"] == "0.5000")
      #expect(ends["mIoU over all classes (absent ones count 0)"] == "0.3333")
      #expect(ends["pixel accuracy"] == "0.6667")
      #expect(ends["mean class accuracy"] == "0.7500")
      #expect(ends["frequency-weighted IoU"] == "0.5000")
      #expect(ends["images in val"] == "1")
    }

    @Test func jsonHoldsTheCounts() async throws {
      let outcome = try await evaluate("--json")
      expectDone(outcome)
      let json = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(json["confusion"] as? [[Int]] == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
      #expect(json["meanIoU"] as? Double == 0.5)
      #expect(json["images"] as? Int == 1)
      let classes = try #require(json["classes"] as? [[String: Any]])
      #expect(classes[2]["iou"] is NSNull)
      #expect(classes[0]["truePixels"] as? Int == 2)
    }

    @Test func predictionsThatDoNotFitAreNamed() async throws {
      try folder.write(try Workspace.labelMap([[0, 3], [1, 2]]), to: "maps/one.png")
      expectError(try await evaluate(), naming: folder.path("maps/one.png"), "(1, 0)", "3")
      try folder.write(try Workspace.labelMap([[0, 1]]), to: "maps/one.png")
      expectError(try await evaluate(), naming: folder.path("maps/one.png"), "2×1", "2×2")
      try folder.write(try Workspace.image(width: 2, height: 2), to: "maps/one.png")
      expectError(try await evaluate(), naming: folder.path("maps/one.png"), "colours")
      try FileManager.default.removeItem(atPath: folder.path("maps/one.png"))
      expectError(try await evaluate(), naming: folder.path("maps/one.png"), "one.png")
      try FileManager.default.removeItem(atPath: folder.path("maps"))
      expectError(try await evaluate(), naming: folder.path("maps"))
      expectError(try await evaluate("--split", "train"), naming: "train")
    }

    @Test func otherClassesAreRefused() async throws {
      let workspace = try await Workspace(trained: true)
      let outcome = try await Tool.run(["evaluate", "--model", workspace.path("run"), "--data", folder.path("set")])
      expectError(outcome, naming: workspace.path("run"), "8 classes", "3")
      let description = String(decoding: try workspace.folder.bytes("scenes/dataset.yaml"), as: UTF8.self)
      try workspace.folder.write(description.replacing("car", with: "bus"), to: "scenes/dataset.yaml")
      let renamed = try await Tool.run([
        "evaluate", "--model", workspace.path("run"), "--data", workspace.path("scenes"),
      ])
      expectError(renamed, naming: "class 6", "car", "bus")
    }

    @Test func scoresThatCannotBeWrittenAreAnError() async throws {
      let outcome = try await Tool.run(
        ["evaluate", "--predictions", folder.path("maps"), "--data", folder.path("set")],
        shell: "exec \"$0\" \"$@\" > /dev/full")
      expectError(outcome, naming: "standard output")
    }
  }
}
