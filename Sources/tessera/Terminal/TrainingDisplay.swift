import TesseraData
import TesseraModels
import TesseraNN
import TesseraTraining

/// Shows a training: a bar with what matters on a terminal, one line per epoch everywhere.
struct TrainingDisplay {
  private let configuration: TrainingConfiguration
  private let stepsPerEpoch: Int
  private let validationCount: Int
  private let warmStartEpochs: Int
  private let parameters: (segmenter: Int, adversary: Int?)
  private let folder: String
  private let memoryNeeded: Int
  private let stepsBefore: Int
  private var terminal = Terminal()
  private let start = ContinuousClock.now
  private var epochStart = ContinuousClock.now
  private var lastStep = ContinuousClock.now
  private var stepsDone = 0
  private var epochSteps = 0
  private var best: EpochSummary?
  private var diagnosis: Diagnosis?
  private var current = EpochProgress()

  private struct EpochProgress {
    var crossEntropy: Double?
    var adversaryLoss: Double?
  }

  init(_ trainer: borrowing Trainer) {
    configuration = trainer.configuration
    stepsPerEpoch = trainer.stepsPerEpoch
    validationCount = trainer.validationCount
    warmStartEpochs = trainer.configuration.adversarialStart
    parameters = (
      trainer.state.learners.segmenter.values.parameterCount,
      trainer.state.learners.adversary?.values.parameterCount
    )
    folder = trainer.run.path
    memoryNeeded = trainer.memoryNeeded
    stepsBefore = trainer.state.position.epoch * trainer.stepsPerEpoch + trainer.state.position.step
    best = trainer.state.best
    diagnosis = trainer.state.history.last?.diagnosis
  }

  mutating func begin() {
    let adversary =
      parameters.adversary.map { count in
        "against \(configuration.adversary) (\(count) parameters, λ \(configuration.lambda) "
          + "from epoch \(warmStartEpochs + 1))"
      } ?? "with cross-entropy alone"
    terminal.line(
      "\(configuration.architecture) (\(parameters.segmenter) "
        + "parameters) \(adversary); \(configuration.epochs) epochs of \(stepsPerEpoch) steps, batch "
        + "\(configuration.batch), about \(memoryNeeded >> 20) MiB of memory; run in \(folder)")
    if stepsBefore > 0 { terminal.line("resumed after \(stepsBefore) steps") }
  }

  mutating func show(_ event: TrainingEvent) {
    switch event {
    case .step(let epoch, let step, let count, let summary):
      if epochSteps == 0 { epochStart = .now }
      lastStep = .now
      stepsDone += 1
      epochSteps += 1
      current.crossEntropy = summary[.crossEntropy].map(Double.init) ?? current.crossEntropy
      current.adversaryLoss = summary[.adversaryLoss].map(Double.init) ?? current.adversaryLoss
      terminal.bar(
        done: step, of: count,
        "epoch \(epoch)/\(configuration.epochs)  \(rate) images/s  \(remaining) left"
          + (current.crossEntropy.map { "  ce \($0.formatted(digits: 3))" } ?? "")
          + (current.adversaryLoss.map { "  d \($0.formatted(digits: 3))" } ?? "")
          + (best.map { "  best mIoU \($0.meanIoU.formatted(digits: 3))" } ?? ""))
    case .evaluated(let epoch, let image, let count):
      terminal.bar(done: image, of: count, "epoch \(epoch)/\(configuration.epochs)  validating \(image)/\(count)")
    case .epoch(let summary, let isBest):
      if isBest { best = summary }
      terminal.line(line(summary, isBest: isBest))
      if let diagnosis = summary.diagnosis, diagnosis != self.diagnosis {
        terminal.line("adversary \(diagnosis.rawValue): \(diagnosis.advice(against: configuration.adversary))")
      }
      diagnosis = summary.diagnosis
      epochSteps = 0
    }
  }

  mutating func end() { terminal.clear() }

  mutating func done() {
    terminal.line(
      "done: \(configuration.epochs) \(configuration.epochs == 1 ? "epoch" : "epochs")"
        + (best.map { ", best mIoU \($0.meanIoU.formatted(digits: 4)) after epoch \($0.epoch)" } ?? "")
        + "; weights in \(folder)")
  }

  mutating func interrupted() {
    terminal.line("interrupted; saved in \(folder): go on with the same options and --resume")
  }

  private func line(_ summary: EpochSummary, isBest: Bool) -> String {
    "epoch \(summary.epoch)/\(configuration.epochs)"
      + (summary[.crossEntropy].map { "  ce \($0.formatted(digits: 4))" } ?? "")
      + (summary[.adversaryLoss].map { "  d \($0.formatted(digits: 4))" } ?? "")
      + (summary[.adversarialTerm].map { "  adv \($0.formatted(digits: 4))" } ?? "")
      + "  val mIoU \(summary.meanIoU.formatted(digits: 4))  pixel \(summary.pixelAccuracy.formatted(digits: 4))"
      + "  boundary F1 \(summary.boundaryF1.formatted(digits: 4))  \(rate) images/s  "
      + (ContinuousClock.now - start).short
      + (isBest ? "  best" : "")
  }

  /// Images per second of this epoch's steps.
  private var rate: String {
    let seconds = (lastStep - epochStart) / .seconds(1)
    // The first step began before its event came.
    guard epochSteps > 1, seconds > 0 else { return "–" }
    return (Double((epochSteps - 1) * configuration.batch) / seconds).formatted(digits: 1)
  }

  private var remaining: String {
    let total = configuration.epochs * stepsPerEpoch - stepsBefore
    guard stepsDone > 0 else { return "–" }
    return ((ContinuousClock.now - start) / stepsDone * (total - stepsDone)).short
  }
}
