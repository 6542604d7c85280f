/// What the queue knows of the service's health at one moment.
struct Vitals: Sendable {
  /// When each model last answered with a result, by name.
  var successes: [String: LastSuccess] = [:]
  /// When the models that compute now last moved, by name.
  var computing: [String: ContinuousClock.Instant] = [:]
  /// When the request of each model last moved that has not for longest, by name.
  var stillest: [String: ContinuousClock.Instant] = [:]
  /// When any model last moved; nil before the first.
  var lastMovement: ContinuousClock.Instant?
}
