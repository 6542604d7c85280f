import ArgumentParser
import Foundation
import TesseraData
import TesseraInference
import TesseraTensor
import TesseraTraining

/// Trains a segmenter.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a segmenter on a data set, against a discriminator or alone.",
    discussion: """
      Writes to the folder of --out: best.safetensors and last.safetensors (weights), results.csv and metrics.jsonl \
      (one row per epoch), resolved.yaml (every training option), and state-last.safetensors and plans.json (to \
      resume from).
      The first Ctrl-C finishes the step and saves; go on with the same options and --resume.

      Training options also come from the environment (TESSERA_EPOCHS for --epochs) and from --config FILE, such as \
      the resolved.yaml of another run. Flags win over the environment, that over the file, that over defaults. \
      --data, --out, --resume and --config are flags only.

      Example:
        tessera train --data scenes --out run --epochs 30
        tessera train --data scenes --out baseline --epochs 30 --discriminator none
        tessera train --data scenes --out semi --discriminator fcd --labelled-fraction 1/8 --twin
      """)

  @Option(help: "Folder of the data set.") var data: String
  @Option(help: "Folder to write the run to.") var out: String
  @Flag(help: "Go on with the run in --out.") var resume = false
  @Flag(help: "Then train the same without adversary in the folder twin of --out, and compare.") var twin = false
  @OptionGroup(title: "Training") var training: TrainingOptions

  func run() throws {
    let options = try training.resolved()
    guard !twin || options.configuration.hasTwin else {
      throw ValidationError("--twin: this run has no adversary, so that it is its own twin; leave it out")
    }
    ComputeThreads.prepare(count: options.threads)
    // Without a limit: a run must find the same plans whenever it is begun.
    MeasuredPlans.begin()
    Interruption.observe()
    let main = RunDirectory(path: out)
    // Before hours of training, not after them.
    if twin, !resume { try main.twin.requireUnused() }
    try train(options.configuration, options, in: main, resuming: resume)
    guard twin else { return }
    // What stopped before the twin began has none to go on with.
    try train(options.configuration.twin, options, in: main.twin, resuming: resume && main.twin.holdsState)
    try StandardOutput.line("\(RunComparison([RunRecord(main.twin), RunRecord(main)]))")
  }

  /// Trains to the end; what was asked to stop says so and saves.
  private func train(
    _ configuration: TrainingConfiguration, _ options: TrainingOptions.Resolved, in run: RunDirectory, resuming: Bool
  ) throws {
    var trainer = try trainer(configuration, options, in: run, resuming: resuming)
    var display = TrainingDisplay(trainer)
    display.begin()
    do {
      while !Interruption.isRequested, let event = try trainer.next() { display.show(event) }
    } catch {
      display.end()
      throw error
    }
    display.end()
    // A signal during the last piece of work interrupts nothing.
    guard !trainer.isComplete else { return display.done() }
    try trainer.save()
    display.interrupted()
    throw ExitCode(130)
  }

  private func trainer(
    _ configuration: TrainingConfiguration, _ options: TrainingOptions.Resolved, in run: RunDirectory, resuming: Bool
  ) throws -> Trainer {
    let dataset = try Dataset(path: data)
    do {
      return try Trainer(
        configuration, data: dataset, run: run, resuming: resuming,
        memoryLimit: SystemBudget().usableMemoryBytes)
    } catch let error as ConfigurationError {
      throw options.layers.told(error)
    }
  }
}
