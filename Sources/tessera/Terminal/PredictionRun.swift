import TesseraInference
import TesseraProtocol

/// Runs predictions one after another and shows how far they are.
///
/// A failure is told at once and stops none of the others.
struct PredictionRun {
  let jobs: [PredictionJob]
  let folder: String

  /// - Returns: how many failed.
  func run(by service: some SegmentationService) async -> Int {
    var terminal = Terminal()
    var failures = 0
    for (index, job) in jobs.enumerated() {
      do {
        try await job.run(by: service)
      } catch {
        failures += 1
        terminal.line("Error: \(error)")
      }
      terminal.bar(done: index + 1, of: jobs.count, "\(index + 1)/\(jobs.count) images")
    }
    let images = jobs.count == 1 ? "image" : "images"
    terminal.line("\(jobs.count - failures) of \(jobs.count) \(images) predicted to \(folder)")
    return failures
  }
}
