internal import Logging
internal import TesseraProtocol

/// Takes requests from the queue to their services, one at a time, and their outcomes back.
struct Worker: Sendable {
  let queue: RequestQueue
  let maxResult: UInt64
  let logger: Logger

  /// Works until the queue is closed and empty.
  func run() async {
    while true {
      // One at a time; a service that takes batches would ask for more.
      let jobs = await queue.next(most: 1)
      if jobs.isEmpty { return }
      for job in jobs {
        await queue.compute(job.ticket) { await perform(job) }
      }
    }
  }

  /// - Returns: the time it took, where it succeeded.
  private func perform(_ job: Job) async -> Duration? {
    let start = ContinuousClock.now
    do throws(SegmentationError) {
      guard start < job.deadline else { throw SegmentationError(.deadline) }
      let result = try await job.service.segment(job.request.request)
      let waited = result.adding(queueTime: job.enqueued.duration(to: start))
      let encoded = try EncodedResult(waited, for: job.request, maxResult: maxResult)
      job.deliver(.result(encoded))
      return start.duration(to: .now)
    } catch {
      job.deliver(.failure(error))
      return nil
    }
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
