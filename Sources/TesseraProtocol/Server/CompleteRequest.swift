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
}
