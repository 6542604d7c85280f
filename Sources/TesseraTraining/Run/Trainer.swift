import Foundation
public import TesseraData
import TesseraLabels
import TesseraModels
import TesseraNN
public import TesseraTensor
import TesseraWeights

/// What a trainer has just done.
public enum TrainingEvent: Sendable {
  /// A step of an epoch, counted from 1.
  case step(epoch: Int, step: Int, of: Int, StepSummary)
  /// An image of the validation split was predicted, counted from 1.
  case evaluated(epoch: Int, image: Int, of: Int)
  /// An epoch is done and its state stored; whether its score is the best so far.
  case epoch(EpochSummary, isBest: Bool)
}

/// A training run: call ``next()`` until it returns nil.
///
/// The same configuration, data, number of threads and machine give the same numbers bit for bit, and so does a run
/// that was stopped at any instant and resumed. All work is done on the calling thread; only loading runs beside it.
/// The number of threads is that of `ComputeThreads` when the trainer is made. Where convolutions are measured, the
/// plans that came out are stored with the run.
public struct Trainer: ~Copyable {
  /// Everything that determines the run, with what was left open filled in.
  public let configuration: TrainingConfiguration
  /// Where it is written.
  public let run: RunDirectory
  /// Where it stands.
  public private(set) var state: TrainingState
  /// Steps in an epoch.
  public let stepsPerEpoch: Int
  /// Images in the validation split.
  public let validationCount: Int
  /// Bytes of memory that its steps take, about.
  public let memoryNeeded: Int

  /// Whether all epochs are done and stored.
  public var isComplete: Bool { state.position.epoch >= configuration.epochs }

  /// Batches that the statistics of weights are taken from before they are evaluated.
  static let calibrationBatches = 10

  /// Batches that loading may be ahead by: as many steps, after it had time to run ahead, wait for nothing.
  package static var batchesAhead: Int { TrainingBatches.depth }

  private let lock: RunLock
  private let model: Model
  private let supervised: SupervisedStep
  private let method: (any AdversarialMethod)?
  private let turns: AlternationSchedule
  private let loader: BackgroundLoader<TrainingBatch>
  private let validation: SampleStore
  private let labelSet: LabelSet
  private let fingerprint: DataFingerprint
  private let dataDigest: String
  private let threads: Int
  /// Plans in the run's file of them.
  private var planCount: Int
  private let schedule: LearningRateSchedule
  private var evaluation: Evaluation
  private var evaluated = 0
  /// The weights that this epoch's evaluation measures; nil before it.
  private var measured: ParameterSet?
  private var predictor: Predictor?
  private let plainBatches: TrainingBatches

  /// Prepares a run: opens the data, builds the networks and, where resuming, reads where it stood.
  ///
  /// - Parameters:
  ///   - resuming: whether to go on in a folder that holds a run; otherwise it must hold none.
  ///   - memoryLimit: bytes that its steps may take; nil for no limit.
  ///   - computes: whether the processor has arithmetic for a precision.
  /// - Throws: ``DatasetError``, ``ConfigurationError``, ``CheckpointError``, ``ResumptionError``, ``RunError``.
  public init(
    _ configuration: TrainingConfiguration, data: Dataset, run: RunDirectory, resuming: Bool, memoryLimit: Int? = nil,
    computes: (Precision) -> Bool = ComputeThreads.computes
  ) throws {
    try configuration.validate()
    try configuration.requirePrecision(computes)
    guard !resuming || run.holdsState else {
      throw RunError(
        path: run.path, problem: "no training state is in this folder",
        remedy: "leave out --resume to begin a run, or name the folder of one")
    }
    try run.create()
    let lock = try RunLock(run)
    let checkpoint = resuming ? try Self.checkpoint(in: run) : nil
    let preparation = try TrainingPreparation(
      configuration, data: data, resuming: checkpoint?.header.normalization, memoryLimit: memoryLimit)
    let need = try preparation.memoryNeed()
    if let memoryLimit { try preparation.configuration.requireMemory(need, within: memoryLimit) }
    var state = preparation.state
    let threads = ComputeThreads.count
    var planCount = 0
    if let checkpoint {
      try checkpoint.requireSame(preparation.configuration, preparation.fingerprint, threads: threads)
      let plans = try run.storedPlans(atLeast: checkpoint.header.planCount)
      PlanStore.shared.adopt(plans)
      planCount = plans.count
      try checkpoint.restore(&state)
      // A run killed between its state and its tables has one row too few.
      try run.write(state.history, of: data.labelSet)
    } else {
      try run.requireUnused()
      try run.write(preparation.configuration.yaml(threads: threads), to: run.configuration)
      // From here on the run can be resumed, whatever happens to it.
      try Checkpoint.write(
        state, configuration: preparation.configuration, data: preparation.fingerprint,
        normalization: preparation.model.normalization, threads: threads, planCount: planCount, to: run.state)
    }
    self.configuration = preparation.configuration
    self.run = run
    self.lock = lock
    self.state = state
    model = preparation.model
    supervised = preparation.supervised
    method = preparation.method
    turns = preparation.configuration.alternation
    validation = preparation.validation
    fingerprint = preparation.fingerprint
    dataDigest = preparation.dataDigest
    self.threads = threads
    self.planCount = planCount
    labelSet = data.labelSet
    schedule = preparation.schedule
    stepsPerEpoch = preparation.batches.stepsPerEpoch
    validationCount = validation.count
    memoryNeeded = need.bytes(
      pixels: self.configuration.imagesPerStep * preparation.batches.augmentation.cropHeight
        * preparation.batches.augmentation.cropWidth)
    evaluation = Evaluation(classCount: labelSet.count)
    plainBatches = preparation.plainBatches
    loader = preparation.loader(from: state.position)
  }

  /// Does the next piece of work: a step, the prediction of a validation image, or the end of an epoch; nil when done.
  ///
  /// - Throws: what is wrong with a sample; ``TrainingError`` where a loss is no number; what the system refuses to
  ///   store.
  public mutating func next() throws -> TrainingEvent? {
    guard !isComplete else { return nil }
    if state.position.step < stepsPerEpoch {
      let event = try step()
      try storePlans()
      return event
    }
    if evaluated < validationCount { return try evaluateOne() }
    return try finishEpoch()
  }

  /// Stores plans that came up: before anything that was computed by them is.
  private mutating func storePlans() throws {
    let plans = PlanStore.shared.used
    guard plans.count > planCount else { return }
    try run.write(plans)
    planCount = plans.count
  }

  /// Stores where the run stands, so that it can be resumed from here.
  ///
  /// - Throws: what the system refuses.
  public func save() throws { try save(state) }

  private func save(_ state: TrainingState) throws {
    if rename(run.state, run.previousState) != 0 && errno != ENOENT {
      throw RunError(
        path: run.state, problem: "cannot be kept as \(run.previousState) (\(String(cString: strerror(errno))))",
        remedy: "check the folder's permissions")
    }
    try Checkpoint.write(
      state, configuration: configuration, data: fingerprint, normalization: model.normalization, threads: threads,
      planCount: planCount, to: run.state)
  }

  private mutating func step() throws -> TrainingEvent {
    let position = state.position
    guard let batch = try loader.next() else {
      preconditionFailure("Trainer: no batch for epoch \(position.epoch), step \(position.step)")
    }
    let share = schedule.share(at: position.epoch * stepsPerEpoch + position.step)
    let rates = LearningRates(
      segmenter: Float(configuration.learningRate * share),
      adversary: Float(configuration.discriminatorLearningRate * share))
    let steps = state.learners.segmenter.optimizer.state.step
    let summary = advance(with: batch, rates)
    guard summary.isFinite else {
      throw TrainingError(epoch: position.epoch + 1, step: position.step + 1, summary: summary)
    }
    let learned = state.learners.segmenter.optimizer.state.step
    if learned > steps { state.average.add(state.learners.segmenter.values, step: learned) }
    state.totals.add(summary)
    state.position.step += 1
    return .step(epoch: position.epoch + 1, step: position.step + 1, of: stepsPerEpoch, summary)
  }

  /// Takes the step of the networks whose turn it is.
  ///
  /// A run without an adversary skips the segmenter's steps that one with it would skip: twins learn from as many.
  private mutating func advance(with batch: TrainingBatch, _ rates: LearningRates) -> StepSummary {
    let adversarialStep = (state.position.epoch - configuration.adversarialStart) * stepsPerEpoch + state.position.step
    if adversarialStep >= 0 {
      if let method {
        return method.advance(
          &state.learners, with: batch, step: adversarialStep, rates: rates, generator: &state.generator)
      }
      guard turns.turn(at: adversarialStep).segmenterLearns else { return StepSummary() }
    }
    return supervised.advance(
      &state.learners.segmenter, with: batch, rate: rates.segmenter, generator: &state.generator)
  }

  private mutating func evaluateOne() throws -> TrainingEvent {
    let sample = try validation.whole(evaluated)
    let prediction = try currentPredictor().labelMap(
      pixels: sample.pixels, height: sample.truth.height, width: sample.truth.width)
    try evaluation.add(truth: sample.truth, prediction: prediction)
    evaluated += 1
    return .evaluated(epoch: state.position.epoch + 1, image: evaluated, of: validationCount)
  }

  private mutating func currentPredictor() throws -> Predictor {
    if let predictor { return predictor }
    let made = Predictor(model.with(try measuredWeights(), provenance: [:]))
    predictor = made
    return made
  }

  /// The averaged weights with statistics of their own: what is evaluated and kept.
  private mutating func measuredWeights() throws -> ParameterSet {
    if let measured { return measured }
    let batches = min(stepsPerEpoch, Self.calibrationBatches)
    let values = try calibrated(state.average.values, batches: batches, precision: configuration.precision) {
      pass, batch in
      let batch = try plainBatches.trainingBatch(at: BatchPosition(epoch: 0, step: batch))
      _ = model.segmenter(pass.constant(batch.images), in: pass)
    }
    measured = values
    return values
  }

  private mutating func finishEpoch() throws -> TrainingEvent {
    let steps = (state.position.epoch + 1) * stepsPerEpoch
    let summary = EpochSummary(
      epoch: state.position.epoch + 1, steps: steps,
      learningRate: configuration.learningRate * schedule.share(at: steps - 1), totals: state.totals,
      evaluation: evaluation, after: state.history, configuration: configuration)
    let weights = try measuredWeights()
    guard (weights.weights + state.learners.weights).allSatisfy({ $0.tensor.nonfiniteCount() == 0 }) else {
      throw TrainingError(epoch: state.position.epoch + 1, step: stepsPerEpoch, found: ["weights"])
    }
    try storePlans()
    let isBest = summary.meanIoU > (state.best?.meanIoU ?? -1)
    var next = state
    next.history.append(summary)
    next.totals = EpochTotals()
    next.position = BatchPosition(epoch: state.position.epoch + 1, step: 0)
    // Weights first: a run killed in between does the epoch again and writes the same ones.
    if isBest { try write(weights, of: summary, to: run.best) }
    try write(weights, of: summary, to: run.last)
    try save(next)
    try run.write(next.history, of: labelSet)
    // Only now: whoever makes room on a full disk and calls again does the end of the epoch again, whole.
    state = next
    evaluation = Evaluation(classCount: labelSet.count)
    evaluated = 0
    measured = nil
    predictor = nil
    return .epoch(summary, isBest: isBest)
  }

  private func write(_ values: ParameterSet, of summary: EpochSummary, to path: String) throws {
    let provenance = [
      "epoch": "\(summary.epoch)", "steps": "\(summary.steps)", "seed": "\(configuration.seed)",
      "validation_miou": "\(summary.meanIoU)", "lambda": "\(configuration.lambda)",
      "precision": configuration.precision.rawValue,
      "discriminator": "\(configuration.adversary)", RunRecord.dataKey: dataDigest,
    ]
    try model.with(values, provenance: provenance).write(durablyTo: path)
  }

  /// The last state that verifies.
  private static func checkpoint(in run: RunDirectory) throws(CheckpointError) -> Checkpoint {
    do {
      return try Checkpoint(path: run.state)
    } catch {
      guard let previous = try? Checkpoint(path: run.previousState) else { throw error }
      // The next save keeps the last state as the previous one: a damaged one must not take its place.
      unlink(run.state)
      return previous
    }
  }
}
