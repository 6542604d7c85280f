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
  }
}
