import Foundation
import Testing

extension CommandTests {
  /// What `doctor` finds.
  struct DoctorTests {
    @Test func variablesThatSlowAreFound() async throws {
      let slow = ["OPENBLAS_CORETYPE": "Haswell", "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1"]
      let outcome = try await Tool.run(["doctor"], variables: slow)
      expectDone(outcome)
      for (name, value) in slow {
        #expect(outcome.output.contains("problem         \(name)=\(value) is set: "), "\(outcome.output)")
        #expect(outcome.output.contains("unset \(name)"))
      }
      for part in ["oneDNN ", "OpenBLAS ", "libpng ", "zstd ", "processors ", "memory "] {
        #expect(outcome.output.contains(part), "\(part)")
      }
    }

    @Test func jsonHoldsTheSame() async throws {
      let outcome = try await Tool.run(["doctor", "--json"], variables: ["OMP_WAIT_POLICY": "active"])
      expectDone(outcome)
      let json = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(json["variables"] as? [String: String] == ["OMP_WAIT_POLICY": "active"])
      let problems = try #require(json["problems"] as? [[String: String]])
      #expect(!problems.contains { $0["finding"]?.contains("OMP_") == true }, "active waiting is no problem")
      #expect((json["libraries"] as? [String])?.count == 4)
    }

    @Test func plansAreWhereTheyAreKept() async throws {
      let folder = try TemporaryFolder()
      let variables = ["XDG_CACHE_HOME": folder.path]
      let empty = try await Tool.run(["doctor"], variables: variables)
      expectDone(empty)
      #expect(empty.output.contains("plans           0 for this processor in \(folder.path)/tessera/plans.json"))
      #expect(folder.names(in: "").isEmpty, "looking makes nothing")

      // A U-Net of width 4 has work that is worth measuring on crops of this size.
      expectDone(
        try await Tool.run(["synthesize", "--out", folder.path("large"), "--images", "5", "--size", "240x320"]))
      func train(_ run: String) async throws -> Tool.Outcome {
        let options = [
          "--width", "4", "--epochs", "1", "--batch", "4", "--crop", "240x320", "--discriminator", "none",
        ]
        return try await Tool.run(
          ["train", "--data", folder.path("large"), "--out", folder.path(run)] + options, variables: variables)
      }
      expectDone(try await train("first"))
      let full = try await Tool.run(["doctor"], variables: variables)
      expectDone(full)
      #expect(!full.output.contains("plans           0 for"), "\(full.output)")

      try folder.write("{", to: "tessera/plans.json")
      let damaged = try await Tool.run(["doctor"], variables: variables)
      #expect(
        damaged.output.contains("problem         plans of convolutions are not kept: \(folder.path)/tessera/plans"))
      let warned = try await train("second")
      expectDone(warned)
      #expect(warned.errors.contains("Warning: \(folder.path)/tessera/plans.json: "), "\(warned.errors)")
      #expect(!folder.names(in: "tessera").isEmpty)
      let mended = try await Tool.run(["doctor"], variables: variables)
      #expect(!mended.output.contains("plans           0 for") && !mended.output.contains("not kept"))
    }
  }
}
