/// A request whose OPEN passed every check of limits and model, and which awaits admission.
package struct OpenRequest: Hashable, Sendable {
  package let id: RequestID
  package let open: Open
  /// The model it names, or the default one.
  package let model: ModelDescription
  /// When its time is up; the count began with OPEN's first byte.
  package let deadline: ContinuousClock.Instant
  /// A bound on the bytes of the result.
  package let resultBound: UInt64
}
