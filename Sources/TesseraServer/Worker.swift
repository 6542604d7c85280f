internal import Logging
internal import TesseraProtocol

/// Takes requests from the queue to their services in batches, and their outcomes back.
///
/// The next batch is taken while fewer are under way, of all models together, than the service of the last one takes
/// calls at a time, since it can work on several images at a time. Batches of several images fill it sooner: two of
/// those are under way. Each batch has a task of its own, off the event loops, which also encodes its results.
struct Worker: Sendable {
  let queue: RequestQueue
  let batches: BatchPolicy
  let maxResult: UInt64
  let logger: Logger

  /// Works until the queue is closed and empty.
  func run() async {
    await withTaskGroup(of: Int.self) { group in
      var (batchesUnderWay, imagesUnderWay) = (0, 0)
      var limit = 1
      while true {
        while batchesUnderWay >= min(limit, 2) && imagesUnderWay >= limit, let ended = await group.next() {
          batchesUnderWay -= 1
          imagesUnderWay -= ended
        }
        let jobs = await queue.next(batches)
        guard let service = jobs.first?.service else { return }
        limit = max(1, service.callLimit)
        batchesUnderWay += 1
        imagesUnderWay += jobs.count
        group.addTask {
          await queue.compute(jobs) { await perform(jobs, by: service) }
          return jobs.count
        }
      }
    }
  }

  /// - Returns: the requests that succeeded.
  private func perform(_ jobs: [Job], by service: any SegmentationService) async -> Set<Ticket> {
    let start = ContinuousClock.now
    let results = await service.segment(batch: jobs.map { $0.request.request.heeding($0.stopFlag) })
    precondition(results.count == jobs.count, "Worker: \(results.count) answers to \(jobs.count) requests")
    var succeeded: Set<Ticket> = []
    for (job, result) in zip(jobs, results) {
      do throws(SegmentationError) {
        let waited = try result.get().adding(queueTime: job.enqueued.duration(to: start))
        let encoded = try EncodedResult(waited, for: job.request, maxResult: maxResult)
        queue.succeed(job.ticket)
        job.deliver(.result(encoded))
        succeeded.insert(job.ticket)
      } catch {
        job.deliver(.failure(error))
      }
    }
    return succeeded
  }
}

extension SegmentationResult {
  /// The same result, with the time before the service saw its request in the receipt.
  fileprivate func adding(queueTime: Duration) -> Self {
    Self(
      width: width, height: height, classCount: classCount, labels: labels, confidence: confidence,
      probabilities: probabilities, palettePNG: palettePNG,
      receipt: Receipt(
        model: receipt.model, generation: receipt.generation, weightsDigest: receipt.weightsDigest,
        pixelsDigest: receipt.pixelsDigest, batchSize: receipt.batchSize, decodeTime: receipt.decodeTime,
        queueTime: receipt.queueTime + queueTime, computeTime: receipt.computeTime))
  }
}
