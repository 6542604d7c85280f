internal import TesseraProtocol

extension ReceivedResult {
  /// Holds the receipt against the request; the digests of input and output have been compared before.
  ///
  /// - Parameter weights: SHA-256 of the only weights whose answer is of use; nil takes any.
  /// - Throws: PROTOCOL where the server answered with another model or generation than was asked for, or counts no
  ///   request in the batch; DIGEST where the model saw other pixels; UNKNOWN_MODEL for other weights. The connection
  ///   goes on.
  func checkReceipt(
    answering request: SegmentationRequest, expectedWeights weights: ContentDigest?
  ) throws(SegmentationError) {
    let receipt = message.receipt
    if !request.model.isEmpty, receipt.model != request.model {
      throw .brokenReceipt("the answer is of the model \(receipt.model.debugDescription), not \(request.model)")
    }
    if request.generation != 0, receipt.generation != request.generation {
      throw .brokenReceipt("the answer is of generation \(receipt.generation), not \(request.generation)")
    }
    if receipt.batchSize < 1 { throw .brokenReceipt("the answer comes of a batch of none") }
    if request.image.kind == .rgb8, receipt.pixelsDigest != message.inputDigest {
      throw SegmentationError(.digest, "the model saw other pixels than were sent")
    }
    if let weights, receipt.weightsDigest != weights {
      throw .otherWeights(receipt.weightsDigest, of: receipt.model, expected: weights)
    }
  }
}

extension SegmentationError {
  /// A server breaks a rule of this one answer: sending the request again would trust it with the next.
  fileprivate static func brokenReceipt(_ message: String) -> Self {
    Self(code: .protocol, scope: .request, retry: .never, retryAfter: .zero, detail: 0, message: message)
  }

  /// A model has other weights than its caller counts on.
  static func otherWeights(_ weights: ContentDigest, of model: String, expected: ContentDigest) -> Self {
    Self(
      .unknownModel,
      "the weights of \(model) are \(weights), not \(expected) as expected; expect those, or load the others")
  }
}
