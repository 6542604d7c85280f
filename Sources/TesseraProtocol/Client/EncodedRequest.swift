/// A request ready to be sent: checked against the server's limits, digested, cut and compressed.
///
/// Making one is work in proportion to the image; do it off the event loop.
package struct EncodedRequest: Sendable {
  private(set) var open: Open
  let body: MessageBody

  /// Plain bytes of input: the credit that the request takes.
  package var total: UInt64 { body.total }

  /// Checks a request and codes it for one server.
  ///
  /// - Parameter session: what was agreed on with the server.
  /// - Throws: what the server would answer: BAD_SHAPE, UNSUPPORTED, TOO_LARGE, UNKNOWN_MODEL, DEADLINE.
  package init(
    _ request: SegmentationRequest, session: ClientSession, now: ContinuousClock.Instant
  ) throws(SegmentationError) {
    guard let width = UInt32(exactly: request.width), let height = UInt32(exactly: request.height) else {
      throw SegmentationError(.badShape, "\(request.width)×\(request.height) is no image")
    }
    guard request.model.isEmpty || ModelDescription.isName(request.model) else {
      throw SegmentationError(.unknownModel, "a model's name is 1–64 of a–z, 0–9, _ and -")
    }
    var budget: UInt32 = 0
    if let deadline = request.deadline {
      budget = now.duration(to: deadline).wireMilliseconds
      guard budget > 0 else { throw SegmentationError(.deadline) }
    }
    let bytes = request.image.bytes
    var open = Open(
      input: request.image.kind, outputs: request.outputs, width: width, height: height, priority: request.priority,
      total: UInt64(bytes.count), budget: budget, generation: request.generation, digest: .zero, model: request.model)
    try open.check(session.limits)
    guard open.total <= session.limits.credit else {
      throw SegmentationError(.tooLarge, "\(open.total) bytes of input; the server grants \(session.limits.credit)")
    }
    // A PNG is compressed already.
    let codec = request.image.kind == .png ? .identity : session.codec
    body = MessageBody([bytes], encoding: BodyEncoding(chunkLimit: session.limits.maxChunk, codec: codec))
    open.digest = body.digest
    self.open = open
  }

  /// Tells the server the time that is left now, as some went by since the request was made.
  ///
  /// - Precondition: `left` is positive: 0 would stand for the server's own limit.
  package mutating func limit(to left: Duration) {
    precondition(left > .zero, "EncodedRequest: no time is left")
    open.budget = left.wireMilliseconds
  }
}
