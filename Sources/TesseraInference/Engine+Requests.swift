import TesseraImaging
import TesseraLabels
public import TesseraProtocol

extension Engine {
  /// Requests that one call should be given.
  public var batchLimit: Int { 64 }

  /// One for each lane, and one whose image waits, so that none is ever without.
  public var callLimit: Int { lanes.count + 1 }

  /// Segments one image.
  ///
  /// - Throws: BAD_SHAPE, TOO_LARGE, BAD_IMAGE, UNSUPPORTED, DEADLINE, CANCELLED or NONFINITE_OUTPUT.
  public func segment(
    _ request: SegmentationRequest
  ) async throws(SegmentationError) -> SegmentationResult {
    try await outcome(of: request).get()
  }

  /// Segments several images, each as it would be alone.
  public func segment(
    batch requests: [SegmentationRequest]
  ) async -> [Result<SegmentationResult, SegmentationError>] {
    typealias Outcome = Result<SegmentationResult, SegmentationError>
    let results: [Int: Outcome] = await withTaskGroup(of: (Int, Outcome).self) { group in
      for (index, request) in requests.enumerated() {
        // Not by `segment(_:)`: compiled for release, Swift 6.3 loses the index where a typed error is caught here.
        group.addTask { (index, await self.outcome(of: request)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    let computed = results.values.count { (try? $0.get()) != nil }
    return requests.indices.map { index in
      results[index, default: .failure(SegmentationError(.internal))].map { $0.computed(with: computed) }
    }
  }

  private func outcome(
    of request: SegmentationRequest
  ) async -> Result<SegmentationResult, SegmentationError> {
    let flag = request.stopFlag ?? StopFlag()
    return await withTaskCancellationHandler {
      await outcome(heeding: request.heeding(flag))
    } onCancel: {
      flag.stop()
    }
  }

  private func outcome(
    heeding request: SegmentationRequest
  ) async -> Result<SegmentationResult, SegmentationError> {
    do throws(SegmentationError) {
      try check(request)
      let asked = ContinuousClock.now
      return .success(
        try await lanes.run { () throws(SegmentationError) in try self.result(of: request, asked: asked) })
    } catch {
      return .failure(error)
    }
  }

  private func result(
    of request: SegmentationRequest, asked: ContinuousClock.Instant
  ) throws(SegmentationError) -> SegmentationResult {
    let queueTime = ContinuousClock.now - asked
    let image = try DecodedImage(request)
    let (prediction, computeTime) = try predict(image.pixels, for: request)
    let receipt = Receipt(
      model: model.name, generation: model.generation, weightsDigest: stored.digest, pixelsDigest: image.digest,
      batchSize: 1, decodeTime: image.time, queueTime: queueTime, computeTime: computeTime)
    return try SegmentationResult(prediction, of: request, labelSet: labelSet, receipt: receipt)
  }

  /// Looks at no flag: that would be a sign that a lane has begun.
  private func check(_ request: SegmentationRequest) throws(SegmentationError) {
    guard request.width >= 1, request.height >= 1, request.width <= 1 << 20, request.height <= 1 << 20 else {
      throw SegmentationError(.badShape, "an image has sides of at least one pixel")
    }
    guard UInt64(request.width) * UInt64(request.height) <= model.maximumPixels else {
      throw SegmentationError(.tooLarge, "this model takes images of at most \(model.maximumPixels) pixels")
    }
    guard !request.outputs.isEmpty, request.outputs.isSubset(of: model.outputs) else {
      throw SegmentationError(.unsupported, "this model does not give these outputs")
    }
    guard memory.keeps(request.outputs, pixels: request.width * request.height) else {
      throw SegmentationError(.tooLarge, "probabilities of so many pixels take too much memory; ask for labels alone")
    }
  }
}

/// An image on its way to the model.
private struct DecodedImage {
  let pixels: [UInt8]
  let digest: ContentDigest
  let time: Duration

  init(_ request: SegmentationRequest) throws(SegmentationError) {
    try request.checkIsWanted()
    let start = ContinuousClock.now
    pixels = try request.pixels()
    digest = ContentDigest(of: pixels)
    time = ContinuousClock.now - start
  }
}

extension SegmentationResult {
  /// Puts together what a request asked for.
  fileprivate init(
    _ prediction: Prediction, of request: SegmentationRequest, labelSet: LabelSet, receipt: Receipt
  ) throws(SegmentationError) {
    try request.checkIsWanted()
    let outputs = request.outputs
    var png: [UInt8]?
    if outputs.contains(.palettePNG) {
      do {
        png = try PNG.encodePalette(prediction.labels, labelSet: labelSet)
      } catch {
        throw SegmentationError(.internal, "the label map cannot be written as PNG")
      }
    }
    self.init(
      width: request.width, height: request.height, classCount: prediction.labels.classCount,
      labels: outputs.contains(.labels) ? prediction.labels : nil,
      confidence: outputs.contains(.confidence) ? prediction.confidence : nil,
      probabilities: outputs.contains(.probabilitiesF32)
        ? prediction.probabilities.map { .f32($0) }
        : outputs.contains(.probabilitiesF16)
          ? prediction.probabilities.map { .f16($0.map { Float16($0) }) } : nil,
      palettePNG: png, receipt: receipt)
  }

  /// The same result, one of so many of a batch.
  fileprivate func computed(with batchSize: Int) -> Self {
    Self(
      width: width, height: height, classCount: classCount, labels: labels, confidence: confidence,
      probabilities: probabilities, palettePNG: palettePNG,
      receipt: Receipt(
        model: receipt.model, generation: receipt.generation, weightsDigest: receipt.weightsDigest,
        pixelsDigest: receipt.pixelsDigest, batchSize: batchSize, decodeTime: receipt.decodeTime,
        queueTime: receipt.queueTime, computeTime: receipt.computeTime))
  }
}
