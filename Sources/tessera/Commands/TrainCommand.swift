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
      """)

  @Option(help: "Folder of the data set.") var data: String
  @Option(help: "Folder to write the run to.") var out: String
  @Flag(help: "Go on with the run in --out.") var resume = false
  @OptionGroup(title: "Training") var training: TrainingOptions

  func run() throws {
    let options = try training.resolved()
    ComputeThreads.prepare(count: options.threads)
    // Without a limit: a run must find the same plans whenever it is begun.
    MeasuredPlans.begin()
    Interruption.observe()
    var trainer = try trainer(options)
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

  private func trainer(_ options: TrainingOptions.Resolved) throws -> Trainer {
    let dataset = try Dataset(path: data)
    do {
      return try Trainer(
        options.configuration, data: dataset, run: RunDirectory(path: out), resuming: resume,
        memoryLimit: SystemBudget().usableMemoryBytes)
    } catch let error as ConfigurationError {
      throw options.layers.told(error)
    }
  }
}
