import TesseraInference
import TesseraProtocol

/// Runs predictions, one after another or several at a time, and shows how far they are.
///
/// A failure is told at once and stops none of the others.
struct PredictionRun {
  let jobs: [PredictionJob]
  let folder: String
  /// Most predictions under way.
  var atOnce = 1

  /// - Returns: how many failed.
  func run(by service: some SegmentationService) async -> Int {
    var terminal = Terminal()
    var failures = 0
    await withTaskGroup(of: PredictionError?.self) { group in
      var done = 0
      for (index, job) in jobs.enumerated() {
        if index >= atOnce { show(await group.next() ?? nil) }
        group.addTask { await Self.failure(of: job, by: service) }
      }
      for await failure in group { show(failure) }

      func show(_ failure: PredictionError?) {
        done += 1
        if let failure {
          failures += 1
          terminal.line("Error: \(failure)")
        }
        terminal.bar(done: done, of: jobs.count, "\(done)/\(jobs.count) images")
      }
    }
    let images = jobs.count == 1 ? "image" : "images"
    terminal.line("\(jobs.count - failures) of \(jobs.count) \(images) predicted to \(folder)")
    return failures
  }

  private static func failure(of job: PredictionJob, by service: some SegmentationService) async -> PredictionError? {
    do throws(PredictionError) {
      try await job.run(by: service)
      return nil
    } catch {
      return error
    }
  }
}
