internal import TesseraProtocol

/// What reaches a connection's handler from outside its event loop.
enum ServerEvent: Sendable {
  /// The service is done with a request.
  case computed(RequestID, Outcome)
  /// The drain went on.
  case drain(DrainPhase)
}

/// How far a drain has come.
enum DrainPhase: Sendable {
  /// No more requests are wanted; late ones are still taken.
  case announced(grace: Duration)
  /// No more requests are taken; what is in flight is finished.
  case final(grace: Duration)
  /// What is left gets DRAINING.
  case forced
}
