import Foundation
import Testing

/// What the comparison of adversaries trains, and in which order, on a stage with a stand-in for the command.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/python3"), "Python is not installed"))
struct AdversariesTests {
  /// The stand-in notes its arguments, and fails for the runs named in `failing`.
  private func stage(failing: String = "nothing") throws -> Stage {
    let stage = try Stage()
    try stage.add(
      "tessera",
      #"echo "$*" >> calls; case $1 in compare) shift; echo "compared $# runs";; *) case $* in *out/\#(failing)' '*) "#
        + "exit 1;; esac;; esac")
    return stage
  }

  private func run(_ stage: Stage) async throws -> (status: Int32, output: String, calls: [String]) {
    let outcome = try await stage.run(
      "Tests/Benchmarks/adversaries", "--data", "set", "--out", "out", "--tessera", stage.path("tessera"), "--jobs", "1"
    )
    let calls = try String(contentsOfFile: stage.path("calls"), encoding: .utf8).split(separator: "\n").map(String.init)
    return (outcome.status, outcome.output, calls)
  }

  @Test func everyRowIsTrainedBehindTheOneThatItStartsFrom() async throws {
    let (status, output, calls) = try await run(stage())
    #expect(status == 0)
    let trainings = calls.filter { $0.hasPrefix("train") }
    // Alone and six rows, at two fractions alone and two rows, three seeds each.
    #expect(trainings.count == 3 * (7 + 3 + 3))
    #expect(Set(trainings).count == trainings.count)
    for (index, training) in trainings.enumerated() {
      guard let start = training.range(of: "--init ") else { continue }
      let name = training[start.upperBound...].prefix { $0 != " " }
      #expect(trainings[..<index].contains { $0.contains("--out \(name) ") }, "\(training)")
    }
    #expect(trainings.contains { $0.contains("--out out/product-2 --seed 2 ") && $0.contains("--encoding product") })
    #expect(output.contains("compared 18 runs") && output.components(separatedBy: "compared 6 runs").count == 3)
  }

  @Test func whatIsDoneIsNotDoneAgainAndWhatBeganGoesOn() async throws {
    let stage = try stage()
    _ = try await run(stage)
    try FileManager.default.removeItem(atPath: stage.path("out/fcd-3.done"))
    try stage.add("out/fcd-3/state-last.safetensors", "")
    try FileManager.default.removeItem(atPath: stage.path("calls"))
    let (status, _, calls) = try await run(stage)
    let trainings = calls.filter { $0.hasPrefix("train") }
    #expect(status == 0 && trainings.count == 1)
    #expect(trainings.first?.contains("--out out/fcd-3 ") == true && trainings.first?.hasSuffix("--resume") == true)
  }

  @Test func aRunThatFailsIsToldAndNothingStartsFromIt() async throws {
    let (status, output, calls) = try await run(stage(failing: "alone-8-1"))
    #expect(status == 1)
    #expect(output.contains("alone-8-1: status 1, see out/alone-8-1.log"))
    #expect(calls.contains { $0.contains("--out out/semi-8-2 ") } && !calls.contains { $0.contains("out/semi-8-1") })
    #expect(!calls.contains { $0.hasPrefix("compare") })
  }
}
