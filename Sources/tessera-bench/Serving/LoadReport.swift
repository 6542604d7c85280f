/// What the samples of a load come to.
struct LoadReport: Sendable {
  /// Answers that came within the counted time, a second.
  let imagesPerSecond: Double
  /// Times to answers to requests of the counted time.
  let answers: LatencyQuantiles
  /// Times to refusals of such requests.
  let refusals: LatencyQuantiles
  /// How much later than intended such requests were sent: what the generator of the load could not keep up with.
  let delays: LatencyQuantiles
  /// Refusals by their codes.
  let refusalCounts: [String: Int]
  /// Mean of what answers tell of their batches; nil where none tells.
  let meanBatchSize: Double?

  init(_ samples: [LoadSample], of load: Load) {
    self.init(samples, from: load.warmUp, to: load.warmUp + load.length)
  }

  init(_ samples: [LoadSample], from start: Duration, to end: Duration) {
    var (answered, refused): ([Duration], [Duration]) = ([], [])
    var counts: [String: Int] = [:]
    var batches: [Int] = []
    let counted = samples.filter { (start..<end).contains($0.intended) }
    for sample in counted {
      switch sample.outcome {
      case .success(let answer):
        answered.append(sample.latency)
        if let size = answer.batchSize { batches.append(size) }
      case .failure(let refusal):
        refused.append(sample.latency)
        counts[refusal.code, default: 0] += 1
      }
    }
    let arrived = samples.count { $0.isAnswer && (start..<end).contains($0.ended) }
    imagesPerSecond = Double(arrived) / ((end - start) / .seconds(1))
    answers = LatencyQuantiles(answered)
    refusals = LatencyQuantiles(refused)
    delays = LatencyQuantiles(counted.map { $0.sent - $0.intended })
    refusalCounts = counts
    meanBatchSize = batches.isEmpty ? nil : Double(batches.reduce(0, +)) / Double(batches.count)
  }
}

extension JSONLine {
  mutating func add(_ report: LoadReport) {
    add("images_per_second", report.imagesPerSecond)
    add("answers", report.answers.count)
    add("", report.answers)
    add("refusals", report.refusals.count)
    add("refusal_", report.refusals)
    for (code, count) in report.refusalCounts.sorted(by: { $0.key < $1.key }) { add("refused_\(code)", count) }
    add("mean_batch_size", report.meanBatchSize ?? .nan)
    add("send_delay_", report.delays)
  }
}
