import Foundation
import Synchronization
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraTraining

/// Plans of a run stay with it.
///
/// Each process has one store of them, so each test takes processes of its own.
@Suite(.serialized)
struct RunPlanTests {
  /// Data and configuration of a run.
  private static func small() throws -> SmallRun {
    let small = try SmallRun()
    small.configuration.adversary = .none
    small.configuration.epochs = 2
    return small
  }

  /// Its trainer, in a folder that outlasts the process.
  private static func trainer(
    _ small: SmallRun, in folder: String, _ name: String, resuming: Bool = false
  ) throws -> Trainer {
    try Trainer(
      small.configuration, data: small.data, run: RunDirectory(path: "\(folder)/\(name)"), resuming: resuming)
  }

  private static func finish(_ folder: String, _ name: String, resuming: Bool = false) throws {
    let small = try small()
    var trainer = try trainer(small, in: folder, name, resuming: resuming)
    while try trainer.next() != nil {}
    withExtendedLifetime(small) {}
  }

  private static func bytes(_ folder: String, _ file: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
  }

  /// What one machine finds fastest, and another.
  private static let (rows, last) = (
    ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows),
    ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast)
  )

  @Test func resumedRunsKeepTheirPlans() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      ComputeThreads.prepare(count: 1)
      PlanStore.shared.begin(.measured(atLeast: 1), measure: { _ in Self.rows })
      try Self.finish(folder, "whole")
      // Gone in the second epoch, after which the resumed one still has to measure nothing.
      let small = try Self.small()
      var trainer = try Self.trainer(small, in: folder, "broken")
      for _ in 0..<(trainer.stepsPerEpoch + trainer.validationCount + 2) { _ = try trainer.next() }
      withExtendedLifetime(small) {}
    }
    let plans = try #require(try PlanFile(path: "\(folder)/broken/plans.json")?.plans)
    #expect(!plans.isEmpty && plans.values.allSatisfy { $0 == Self.rows })
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      ComputeThreads.prepare(count: 1)
      let measured = Mutex(0)
      PlanStore.shared.begin(
        .measured(atLeast: 1),
        measure: { _ in
          measured.withLock { $0 += 1 }
          return Self.last
        })
      try Self.finish(folder, "broken", resuming: true)
      #expect(measured.withLock { $0 } == 0)
      for file in ["last.safetensors", "best.safetensors", "state-last.safetensors", "results.csv"] {
        #expect(try Self.bytes(folder, "broken/\(file)") == Self.bytes(folder, "whole/\(file)"), "\(file)")
      }
    }
    // Otherwise equal weights would say nothing.
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      ComputeThreads.prepare(count: 1)
      PlanStore.shared.begin(.measured(atLeast: 1), measure: { _ in Self.last })
      try Self.finish(folder, "other")
      #expect(try Self.bytes(folder, "other/last.safetensors") != Self.bytes(folder, "whole/last.safetensors"))
    }
  }

  @Test func plansThatAreGoneOrDamagedStopTheRun() async {
    await #expect(processExitsWith: .success) {
      PlanStore.shared.begin(.measured(atLeast: 1), measure: { _ in Self.last })
      let small = try Self.small()
      let run = small.run("run")
      do {
        var trainer = try small.trainer("run")
        _ = try trainer.next()
        try trainer.save()
      }
      let whole = try small.bytes(run.plans)
      for (damage, part) in [(whole.dropLast(9), "damaged"), (nil, "there are 0, and the run had")] {
        try FileManager.default.removeItem(atPath: run.plans)
        try damage?.write(to: URL(filePath: run.plans))
        let error = #expect(throws: RunError.self) { _ = try small.trainer("run", resuming: true) }
        #expect(error?.path == run.plans && error?.problem.contains(part) == true, "\(error?.description ?? "")")
        try whole.write(to: URL(filePath: run.plans))
      }
      _ = try small.trainer("run", resuming: true)
    }
  }
}
