/// A request whose input is complete and has the digest that was announced.
package struct CompleteRequest: Sendable {
  package let id: RequestID
  /// What to compute.
  package let request: SegmentationRequest
  /// The model that was admitted.
  package let model: ModelDescription
  /// SHA-256 of the input, as computed here.
  package let inputDigest: ContentDigest
  /// When OPEN's first byte came.
  package let started: ContinuousClock.Instant
  /// The W3C trace context, if the client sent one.
  package let traceparent: String?
  /// How this client takes DATA.
  package let encoding: BodyEncoding

  package init(
    id: RequestID, request: SegmentationRequest, model: ModelDescription, inputDigest: ContentDigest,
    started: ContinuousClock.Instant, traceparent: String?, encoding: BodyEncoding
  ) {
    self.id = id
    self.request = request
    self.model = model
    self.inputDigest = inputDigest
    self.started = started
    self.traceparent = traceparent
    self.encoding = encoding
  }
}
