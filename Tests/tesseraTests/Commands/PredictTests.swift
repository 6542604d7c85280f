import Foundation
import TesseraImaging
import TesseraLabels
import Testing

extension CommandTests {
  /// Predictions as files.
  struct PredictTests {
    private let workspace: Workspace
    private var folder: TemporaryFolder { workspace.folder }

    init() async throws { workspace = try await Workspace(trained: true) }

    private func predict(_ inputs: [String], to out: String, _ options: String...) async throws -> Tool.Outcome {
      try await Tool.run(
        ["predict", "--threads", "1", "--model", workspace.path("run")] + inputs.map(workspace.path) + [
          "--out", workspace.path(out),
        ]
          + options)
    }

    @Test func filesFoldersAndGlobsMeanTheSame() async throws {
      let files = ["scenes/images/val/000008.png", "scenes/images/val/000009.png"]
      for (out, inputs) in [
        ("files", files), ("folder", ["scenes/images/val"]), ("glob", ["scenes/images/v*/00000?.png"]),
        ("twice", files + files), ("slash/", ["scenes/images/val/"]),
      ] {
        expectDone(try await predict(inputs, to: out))
        #expect(folder.names(in: out) == ["000008.png", "000009.png"], "\(out)")
        for name in folder.names(in: out) {
          #expect(try folder.bytes("\(out)/\(name)") == folder.bytes("files/\(name)"), "\(out)/\(name)")
        }
      }
      expectError(try await predict(["scenes/*.jpg"], to: "none"), naming: "*.jpg")
      expectError(try await predict(["scenes/images"], to: "none"), naming: workspace.path("scenes/images"))
    }

    @Test func tilesAreAskedForByTheirSize() async throws {
      let image = ["scenes/images/val/000008.png"]
      expectDone(try await predict(image, to: "whole"))
      // 32×48 pixels and what fills them up fit one window.
      expectDone(try await predict(image, to: "cut", "--tile", "32x32"))
      let cut = try PNG.decodeLabelMap(try folder.bytes("cut/000008.png"))
      #expect(cut.size == PixelSize(width: 48, height: 32))
      expectDone(try await predict(image, to: "larger", "--tile", "64x64"))
      #expect(try folder.bytes("larger/000008.png") == folder.bytes("whole/000008.png"))
      let wrong = try await predict(image, to: "wrong", "--tile", "0x5")
      #expect(wrong.status == 64 && wrong.errors.contains("--tile 0x5"))
    }

    @Test func mapOverlayAndProbabilitiesAgree() async throws {
      expectDone(try await predict(["scenes/images/val/000008.png"], to: "all", "--overlay", "--probabilities"))
      #expect(folder.names(in: "all") == ["000008-overlay.png", "000008-probabilities.npy", "000008.png"])
      let png = try folder.bytes("all/000008.png")
      let structure = try PNG.structure(of: png)
      #expect(structure.header.colorType == .palette && structure.palette.count == 8)
      let map = try PNG.decodeLabelMap(png)
      #expect(map.size == PixelSize(width: 48, height: 32))
      // Small pictures are magnified in overlays, and a legend stands below.
      let overlay = try PNG.decodeImage(try folder.bytes("all/000008-overlay.png"))
      #expect(overlay.width >= 192 && overlay.height > 128)

      let array = try folder.bytes("all/000008-probabilities.npy")
      let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 32, 48), }"
      #expect(array.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
      let length = Int(array[8]) + Int(array[9]) << 8
      #expect((10 + length) % 64 == 0)
      #expect(String(decoding: array[10..<10 + header.utf8.count], as: UTF8.self) == header)
      let pixels = 32 * 48
      let values: [Float] = array[(10 + length)...].withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      #expect(values.count == 8 * pixels)
      for pixel in stride(from: 0, to: pixels, by: 7) {
        let column = (0..<8).map { values[$0 * pixels + pixel] }
        #expect(abs(column.reduce(0, +) - 1) < 1e-5)
        #expect(column.firstIndex(of: column.max() ?? 0) == map[pixel % 48, pixel / 48])
      }
    }

    @Test func namesThatClashAreRefusedBeforeAnything() async throws {
      try folder.write(try Workspace.image(width: 8, height: 8), to: "other/000008.png")
      let clash = try await predict(["scenes/images/val/000008.png", "other/000008.png"], to: "out")
      expectError(clash, naming: workspace.path("other/000008.png"), workspace.path("scenes/images/val/000008.png"))
      #expect(folder.names(in: "").contains("out") == false)
      try folder.write(try Workspace.image(width: 8, height: 8), to: "other/a.png")
      try folder.write(try Workspace.image(width: 8, height: 8), to: "other/a-overlay.png")
      expectError(try await predict(["other"], to: "out", "--overlay"), naming: "a-overlay.png")
      let before = try folder.bytes("other/a.png")
      expectError(try await predict(["other/a.png"], to: "other"), naming: "replace the input")
      expectError(try await predict(["other/a.png"], to: "scenes/../other"), naming: "replace the input")
      #expect(try folder.bytes("other/a.png") == before)
    }

    @Test func whatCannotBeReadIsNamedAndTheRestIsDone() async throws {
      let whole = try folder.bytes("scenes/images/val/000008.png")
      try folder.write(Array(whole.prefix(whole.count / 2)), to: "mixed/cut.png")
      try folder.write(try Workspace.image(width: 1, height: 1), to: "mixed/dot.png")
      try folder.write("no picture", to: "mixed/text.png")
      try folder.write([], to: "mixed/void.png")
      let outcome = try await predict(["mixed", "mixed/missing.png"], to: "out")
      #expect(outcome.status == 1 && outcome.signal == nil, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 4)
      for name in ["cut", "text", "void", "missing"] {
        #expect(outcome.errorLines.count { $0.contains(workspace.path("mixed/\(name).png")) } == 1, "\(outcome.errors)")
      }
      #expect(folder.names(in: "out") == ["dot.png"])
      #expect(try PNG.decodeLabelMap(try folder.bytes("out/dot.png")).size == PixelSize(width: 1, height: 1))
    }

    @Test func outputsThatCannotBeWrittenAreNamed() async throws {
      expectError(
        try await predict(["scenes/images/val"], to: "scenes/dataset.yaml/maps"), naming: "scenes/dataset.yaml/maps")
      let full = try await Tool.run(
        [
          "predict", "--model", workspace.path("run"), workspace.path("scenes/images/val/000008.png"),
          "--probabilities",
          "--out", workspace.path("full"),
        ],
        shell: "ulimit -f 16; exec \"$0\" \"$@\"")
      expectError(full, naming: workspace.path("full/000008-probabilities.npy"))
      #expect(folder.names(in: "full") == ["000008.png"], "nothing half-written")
    }
  }
}
