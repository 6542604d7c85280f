import ArgumentParser
import Foundation
import TesseraTensor

/// One optimiser step of a segmenter, or an adversarial pair of steps, on random data.
struct Step: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps: images per second, page faults and memory of a step.")

  @OptionGroup var options: StepOptions
  @OptionGroup var compute: ComputeOptions
  @Option(help: "Timed repetitions, 1 to 100000; the median counts.") var repeats = 5

  func validate() throws { try ValidationError.require(repeats, in: Timing.repeats, "repeats") }

  func run() throws {
    guard let architecture = options.network.architecture, let sides = options.image.sides else { return }
    compute.prepare()
    var workload = try StepWorkload(
      options, architecture, height: sides.height, width: sides.width, classCount: 11)
    var timing = Timing(repeats: 0, warmUps: 2) { workload.step() }
    let faults = usage().ru_minflt
    timing.measure(repeats: repeats) { workload.step() }
    let faultsPerStep = Double(usage().ru_minflt - faults) / Double(repeats)
    var line = JSONLine()
    line.add(options)
    line.add("images_per_second", Double(options.batch) / timing.best)
    line.add("median_images_per_second", Double(options.batch) / timing.median)
    line.add("page_faults_per_step", faultsPerStep)
    line.add("peak_tensor_mb", StorageStatistics.current.peakUsedBytes >> 20)
    line.add("held_tensor_mb", StorageStatistics.current.heldBytes >> 20)
    line.add("peak_resident_mb", usage().ru_maxrss >> 10)
    print(line)
  }

  private func usage() -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }
}

extension JSONLine {
  /// Says which step is measured.
  mutating func add(_ options: StepOptions) {
    add("net", options.network.net)
    add("precision", options.network.precision)
    add("adversary", options.adversary)
    add("batch", options.batch)
    add("size", options.image.size)
  }
}
