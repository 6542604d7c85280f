import Foundation
import TesseraData
import TesseraImaging
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraTraining

@Suite(.serialized)
struct TrainerTests {
  @Test func sameSeedGivesSameNumbers() throws {
    let small = try SmallRun()
    let first = try small.finish("a")
    let second = try small.finish("b")
    #expect(first.numbers == second.numbers)
    #expect(try small.bytes(small.run("a").best) == small.bytes(small.run("b").best))
    small.configuration.seed = 6
    let other = try small.finish("c")
    #expect(first.numbers != other.numbers)
  }

  @Test func averagedWeightsAreWhatIsKept() throws {
    let small = try SmallRun()
    let state = try small.finish("averaged")
    let kept = try Model.read(small.run("averaged").last).values.parameters.map(\.elements)
    #expect(kept == state.average.values.parameters.map(\.elements))
    #expect(kept != state.learners.segmenter.values.parameters.map(\.elements))
    small.configuration.averageDecay = 0
    let plain = try small.finish("plain")
    let last = try Model.read(small.run("plain").last).values.parameters.map(\.elements)
    #expect(last == plain.learners.segmenter.values.parameters.map(\.elements))
    #expect(last == state.learners.segmenter.values.parameters.map(\.elements), "averaging must not touch what learns")
  }

  /// What is kept normalises plain training samples as their own statistics would.
  @Test func theStatisticsOfWhatIsKeptAreThoseOfPlainSamples() throws {
    let small = try SmallRun()
    let state = try small.finish("run")
    let model = try Model.read(small.run("run").last)
    let preparation = try TrainingPreparation(small.configuration, data: small.data)
    let batches = preparation.plainBatches
    #expect(batches.stepsPerEpoch == 3)
    var means: [[Float]] = []
    for step in 0..<batches.stepsPerEpoch {
      let images = try batches.trainingBatch(at: BatchPosition(epoch: 0, step: step)).images
      // One batch alone leaves just its own statistics.
      let alone = calibrated(state.average.values, batches: 1) { pass, _ in
        _ = model.segmenter(pass.constant(images), in: pass)
      }
      means.append(try #require(alone.buffers.first).elements)
    }
    let kept = try #require(model.values.buffers.first).elements
    for (channel, value) in kept.enumerated() {
      let mean = means.reduce(0) { $0 + $1[channel] } / Float(means.count)
      #expect(abs(value - mean) <= 1e-6 + 1e-5 * abs(mean), "channel \(channel)")
    }
    #expect(state.average.values.buffers[0].elements != kept)
  }

  @Test func savedAndResumedAtAnyPieceOfWorkEqualsUnbroken() throws {
    let small = try SmallRun()
    let unbroken = try small.finish("whole")
    // 3 steps and 2 validation images make 6 pieces of work an epoch with its end.
    for pieces in [1, 3, 4, 6, 8, 11, 14, 17] {
      let name = "broken-\(pieces)"
      do {
        var trainer = try small.trainer(name)
        for _ in 0..<pieces { _ = try trainer.next() }
        try trainer.save()
      }
      let resumed = try small.finish(name, resuming: true)
      #expect(resumed.numbers == unbroken.numbers, "after \(pieces) pieces of work")
      #expect(resumed.history == unbroken.history, "after \(pieces) pieces of work")
      for file in ["best.safetensors", "last.safetensors", "results.csv", "metrics.jsonl"] {
        let (a, b) = (small.run(name).path + "/" + file, small.run("whole").path + "/" + file)
        #expect(try small.bytes(a) == small.bytes(b), "\(file) after \(pieces) pieces of work")
      }
    }
  }

  @Test func goneWithoutSavingGoesOnFromTheLastEpoch() throws {
    let small = try SmallRun()
    let unbroken = try small.finish("whole")
    do {
      var trainer = try small.trainer("gone")
      for _ in 0..<9 { _ = try trainer.next() }
    }
    let resumed = try small.finish("gone", resuming: true)
    #expect(resumed.numbers == unbroken.numbers)
    #expect(resumed.history == unbroken.history)
  }

  @Test func damagedStateFallsBackToTheOneBefore() throws {
    let small = try SmallRun()
    let unbroken = try small.finish("whole")
    do {
      var trainer = try small.trainer("damaged")
      for _ in 0..<13 { _ = try trainer.next() }
    }
    let run = small.run("damaged")
    var bytes = try small.bytes(run.state)
    bytes[bytes.count - 7] ^= 1
    try bytes.write(to: URL(filePath: run.state))
    #expect(try small.finish("damaged", resuming: true).numbers == unbroken.numbers)
  }

  /// Some 110 lengths; `TESSERA_ALL_OFFSETS=1` tries all.
  @Test func noTruncationOfAStateIsRead() throws {
    let small = try SmallRun()
    do {
      var trainer = try small.trainer("cut")
      _ = try trainer.next()
      try trainer.save()
    }
    let path = small.run("cut").state
    _ = try Checkpoint(path: path)
    let whole = try small.bytes(path).count
    let stride = ProcessInfo.processInfo.environment["TESSERA_ALL_OFFSETS"] == nil ? whole / 110 : 1
    let file = try FileHandle(forUpdating: URL(filePath: path))
    let lengths = Array(Swift.stride(from: whole - 1, to: 0, by: -stride)) + [0]
    for length in lengths {
      try file.truncate(atOffset: UInt64(length))
      #expect(throws: CheckpointError.self, "\(length) bytes") { try Checkpoint(path: path) }
    }
    #expect(lengths.count > 100)
  }

  @Test func noStateThatVerifiesIsAnError() throws {
    let small = try SmallRun()
    #expect(throws: RunError.self) { _ = try small.finish("nothing", resuming: true) }
    do { _ = try small.trainer("damaged") }
    try Data([1, 2, 3]).write(to: URL(filePath: small.run("damaged").state))
    #expect(throws: CheckpointError.self) { _ = try small.finish("damaged", resuming: true) }
  }

  @Test func aRunThatNeverTookAStepCanBeResumed() throws {
    let small = try SmallRun()
    let unbroken = try small.finish("whole")
    do { _ = try small.trainer("never") }
    #expect(try small.finish("never", resuming: true).numbers == unbroken.numbers)
  }

  @Test func theStateBeforeIsKeptUntilAGoodOneFollows() throws {
    let small = try SmallRun()
    do {
      var trainer = try small.trainer("run")
      for _ in 0..<13 { _ = try trainer.next() }
    }
    let run = small.run("run")
    let previous = try small.bytes(run.previousState)
    try Data([1, 2, 3]).write(to: URL(filePath: run.state))
    do {
      let trainer = try small.trainer("run", resuming: true)
      try trainer.save()
    }
    #expect(try small.bytes(run.previousState) == previous)
  }

  @Test func changedOptionsAndDataAreRefused() throws {
    let small = try SmallRun()
    do {
      var trainer = try small.trainer("run")
      _ = try trainer.next()
      try trainer.save()
    }
    small.configuration.lambda = 0.2
    small.configuration.seed = 6
    let error = #expect(throws: ResumptionError.self) { _ = try small.trainer("run", resuming: true) }
    #expect(
      error?.differences == [
        "--lambda was 0.1, now 0.2; give --lambda 0.1 or start anew",
        "--seed was 5, now 6; give --seed 5 or start anew",
      ])
    #expect(error?.description.split(separator: "\n").count == 2)
    (small.configuration.lambda, small.configuration.seed) = (0.1, 5)
    let folder = small.folder.appending(path: "data")
    for kind in ["images", "labels"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "\(kind)/train").path)
      let last = try #require(names.max())
      try FileManager.default.removeItem(at: folder.appending(path: "\(kind)/train/\(last)"))
    }
    let fewer = try Dataset(path: folder.path)
    let changed = #expect(throws: ResumptionError.self) {
      _ = try Trainer(small.configuration, data: fewer, run: small.run("run"), resuming: true)
    }
    #expect(
      changed?.differences == [
        "the data set changed: there were 7 training samples, now 6; restore it or start anew"
      ])
  }

  @Test func changedPixelsAreRefused() throws {
    let small = try SmallRun()
    do { _ = try small.trainer("run") }
    let sample = try small.data.samples(in: .train)[0]
    let (image, map) = (try small.bytes(sample.imagePath), try small.bytes(sample.labelMapPath))
    func refusal() -> [String]? {
      #expect(throws: ResumptionError.self) { _ = try small.trainer("run", resuming: true) }?.differences
    }

    var picture = try PNG.decodeImage(Array(image))
    let size = (width: picture.width, height: picture.height)
    var pixels = picture.pixels
    pixels[1] ^= 255
    picture = Image(width: size.width, height: size.height, pixels: pixels)
    try Data(try PNG.encode(picture)).write(to: URL(filePath: sample.imagePath))
    let colors = try #require(refusal())
    #expect(colors.count == 2)
    #expect(colors[0].hasPrefix("the data set changed: the mean of green in the training images was 0."))
    #expect(colors[1].hasPrefix("the data set changed: the deviation of green in the training images was 0."))
    try image.write(to: URL(filePath: sample.imagePath))

    // One pixel of a class becomes void.
    let raw = try PNG.readLabelMap(at: sample.labelMapPath)
    guard case .u8(var ids) = raw.ids else { throw CocoaError(.featureUnsupported) }
    let position = try #require(ids.firstIndex { Int($0) < small.data.labelSet.count })
    let name = small.data.labelSet.classes[Int(ids[position])].name
    ids[position] = 255
    try Data(try PNG.encodeGray(RawLabelMap(width: size.width, height: size.height, ids: ids)))
      .write(to: URL(filePath: sample.labelMapPath))
    let frequencies = try #require(refusal())
    #expect(frequencies.count == 1)
    #expect(frequencies[0].contains(" pixels of \(name), now "), "\(frequencies)")
    #expect(frequencies[0].hasSuffix("; restore it or start anew"))
    try map.write(to: URL(filePath: sample.labelMapPath))
    _ = try small.trainer("run", resuming: true)
  }

  /// In a process of its own, because the number of threads is the process's.
  @Test func anotherNumberOfThreadsIsRefused() async {
    await #expect(processExitsWith: .success) {
      let small = try SmallRun()
      ComputeThreads.prepare(count: 2)
      do { _ = try small.trainer("run") }
      ComputeThreads.prepare(count: 1)
      let error = #expect(throws: ResumptionError.self) { _ = try small.trainer("run", resuming: true) }
      #expect(error?.differences == ["--threads was 2, now 1; give --threads 2 or start anew"])
      ComputeThreads.prepare(count: 2)
      _ = try small.trainer("run", resuming: true)
    }
  }

  @Test func aFolderBelongsToOneRun() throws {
    let small = try SmallRun()
    var trainer = try small.trainer("run")
    #expect(throws: RunError.self) { _ = try small.trainer("run") }
    _ = try trainer.next()
    try trainer.save()
    _ = consume trainer
    #expect(throws: RunError.self) { _ = try small.trainer("run") }
  }

  @Test func theDiscriminatorJoinsAfterTheWarmStart() throws {
    let small = try SmallRun()
    let history = try small.finish("run").history
    #expect(history.count == 3)
    #expect(history[0][.adversaryLoss] == nil && history[1][.adversaryLoss] != nil)
    #expect(history.map(\.steps) == [3, 6, 9])
  }

  @Test func withoutLambdaThereIsNoDiscriminator() throws {
    let small = try SmallRun()
    small.configuration.lambda = 0
    let state = try small.finish("run")
    #expect(state.learners.adversary == nil)
    #expect(state.history.allSatisfy { $0[.adversaryLoss] == nil })
  }

  @Test func theStoredModelPredictsWhatTheRunMeasured() throws {
    let small = try SmallRun()
    let state = try small.finish("run")
    let model = try Model.read(small.run("run").last)
    #expect(model.values.parameters.map(\.elements) == state.average.values.parameters.map(\.elements))
    #expect(model.classes == small.data.labelSet.classes)
    #expect(model.provenance["epoch"] == "3")
  }

  @Test func aTableHasARowPerEpochAndAColumnPerClass() throws {
    let small = try SmallRun()
    _ = try small.finish("run")
    let table = try String(contentsOfFile: small.run("run").path + "/results.csv", encoding: .utf8)
    let rows = table.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 4)
    let count = 3 + StepMeasure.allCases.count + 5 + small.data.labelSet.count
    #expect(rows.allSatisfy { $0.count == count })
    let column = try #require(rows[0].firstIndex(of: "adversary_loss"))
    #expect(rows[1][0] == "1" && rows[1][column] == "" && rows[2][column] != "")
  }

  @Test func aStepThatIsNoNumberStopsAndKeepsTheWeights() throws {
    let small = try SmallRun()
    small.configuration.learningRate = 1e30
    small.configuration.optimizer = .sgd
    var trainer = try small.trainer("run")
    #expect(throws: TrainingError.self) { while try trainer.next() != nil {} }
  }
}
