/// How many waiting requests the engine gets at a time, and how long the first of them waits for more.
struct BatchPolicy: Hashable, Sendable {
  /// Most requests of a batch.
  var limit = 1
  /// Longest time that a request waits for others to join it while the engine is free; 0 takes what waits already.
  var delay = Duration.zero
}
