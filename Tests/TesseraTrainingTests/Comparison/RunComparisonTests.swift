import Foundation
import TesseraData
import TesseraNN
import Testing

@testable import TesseraTraining

@Suite(.serialized)
struct RunComparisonTests {
  private func finish(_ small: SmallRun, _ name: String, seed: UInt64, lambda: Double) throws -> RunRecord {
    small.configuration.seed = seed
    small.configuration.lambda = lambda
    _ = try small.finish(name)
    return try RunRecord(small.run(name))
  }

  @Test func runsOfOneKindAreAGroupAndPairsHaveEqualSeeds() throws {
    let small = try SmallRun()
    small.configuration.epochs = 2
    let runs = [
      try finish(small, "a1", seed: 1, lambda: 0), try finish(small, "b2", seed: 2, lambda: 0.5),
      try finish(small, "a2", seed: 2, lambda: 0), try finish(small, "b3", seed: 3, lambda: 0.5),
    ]
    let comparison = try RunComparison(runs)
    #expect(comparison.groups.map(\.name) == ["lambda 0.0", "lambda 0.5"])
    let names = comparison.groups.map { $0.runs.map { URL(filePath: $0.path).lastPathComponent } }
    #expect(names == [["a1", "a2"], ["b2", "b3"]])
    let plain = try #require(comparison.spread(.bestMeanIoU, of: comparison.groups[0]))
    #expect(plain.count == 2 && abs(plain.mean - (runs[0].best.meanIoU + runs[2].best.meanIoU) / 2) < 1e-15)
    // Only seed 2 is in both groups.
    let test = try #require(comparison.test(.lastMeanIoU, of: comparison.groups[1]))
    #expect(test.differences.count == 1)
    #expect(abs(test.differences.mean - (runs[1].last.meanIoU - runs[2].last.meanIoU)) < 1e-15)
    #expect(comparison.test(.lastMeanIoU, of: comparison.groups[0]) == nil)
    let table = "\(comparison)"
    #expect(comparison.classes.allSatisfy(table.contains))
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(comparison)) as? [String: Any]
    #expect((encoded?["groups"] as? [Any])?.count == 2)
  }

  /// Runs that start from another run of their own seed are one group, not one each.
  @Test func aPathThatNamesTheSeedIsOnePath() throws {
    let small = try SmallRun()
    small.configuration.epochs = 1
    small.configuration.lambda = 0
    var runs: [RunRecord] = []
    for seed in [1, 12] as [UInt64] {
      small.configuration.start = nil
      _ = try finish(small, "base-\(seed)", seed: seed, lambda: 0)
      small.configuration.start = small.run("base-\(seed)").path
      runs.append(try finish(small, "next-\(seed)", seed: seed, lambda: 0))
    }
    #expect(try RunComparison(runs).groups.count == 1)
    small.configuration.start = small.run("next-12").path
    runs.append(try finish(small, "other-12", seed: 12, lambda: 0))
    let groups = try RunComparison(runs).groups
    #expect(groups.map(\.runs.count) == [2, 1] && groups[0].name.contains("base-1"))
  }

  /// Options that YAML would read otherwise stand between quotation marks, and read back as they were.
  @Test(arguments: ["runs/a b #c", "~", "x: y", "[a]", "a\"b", "plain/run-1"])
  func pathsReadBack(_ path: String) throws {
    let small = try SmallRun()
    small.configuration.epochs = 1
    small.configuration.lambda = 0
    _ = try small.finish("first")
    let start = small.folder.path + "/" + path
    try FileManager.default.createDirectory(
      atPath: (start as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: small.run("first").path, toPath: start)
    small.configuration.start = start
    _ = try small.finish("next")
    #expect(try RunRecord(small.run("next")).options["init"] == start)
  }

  /// Data sets of equal names, classes and sizes are told apart.
  @Test func runsOnOtherDataAreRefused() throws {
    let small = try SmallRun()
    small.configuration.epochs = 1
    let first = try finish(small, "first", seed: 1, lambda: 0)
    let path = small.folder.appending(path: "other").path
    try Dataset.synthesize(to: path, images: 8, width: 40, height: 32, seed: 2)
    var trainer = try Trainer(
      small.configuration, data: Dataset(path: path), run: small.run("second"), resuming: false)
    while try trainer.next() != nil {}
    let second = try RunRecord(small.run("second"))
    let error = #expect(throws: RunError.self) { try RunComparison([first, second]) }
    #expect(error?.path == second.path && error?.problem.contains(first.path) == true)
    // What is learned from of a data set makes no other one of it.
    small.configuration.labelledFraction = LabelledFraction(denominator: 2)
    #expect(try RunComparison([first, finish(small, "third", seed: 1, lambda: 0)]).groups.count == 2)
  }

  @Test func aTwinSharesStartAndWarmStart() throws {
    let small = try SmallRun()
    small.configuration.alternation = .adversarySteps(2)
    let run = try small.finish("run")
    small.configuration = small.configuration.twin
    let twin = try small.finish("twin")
    #expect(run.history[0] == twin.history[0])
    #expect(run.history[1] != twin.history[1])
    // Equal budgets: the segmenter learned as often in both.
    let steps = [run, twin].map(\.learners.segmenter.optimizer.state.step)
    #expect(steps[0] == steps[1] && steps[0] < 9)
    #expect(twin.learners.adversary == nil)
  }

  @Test func whatIsNoRunIsNamed() throws {
    let small = try SmallRun()
    let missing = #expect(throws: RunError.self) { try RunRecord(small.run("nothing")) }
    #expect(missing?.path.hasSuffix("nothing/resolved.yaml") == true)
    _ = try small.trainer("begun")
    let begun = #expect(throws: RunError.self) { try RunRecord(small.run("begun")) }
    #expect(begun?.path.hasSuffix("metrics.jsonl") == true)
    do {
      var trainer = try small.trainer("halfway")
      for _ in 0..<trainer.stepsPerEpoch + trainer.validationCount + 1 { _ = try trainer.next() }
    }
    let halfway = #expect(throws: RunError.self) { try RunRecord(small.run("halfway")) }
    #expect(halfway?.problem == "only 1 of its 3 epochs are done")
    _ = try small.finish("done")
    let record = try RunRecord(small.run("done"))
    let twice = #expect(throws: RunError.self) { try RunComparison([record, record]) }
    #expect(twice?.remedy.contains("a seed counts once") == true)
    try Data("{}\n".utf8).write(to: URL(filePath: small.run("done").lines))
    let damaged = #expect(throws: RunError.self) { try RunRecord(small.run("done")) }
    #expect(damaged?.problem.contains("line 1") == true)
  }
}
