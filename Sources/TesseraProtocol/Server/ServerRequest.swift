/// One request on its way through a server's connection.
struct ServerRequest {
  enum Stage: Hashable {
    /// The transport has not admitted it; it holds no credit.
    case undecided
    /// Its DATA is coming.
    case receiving
    /// The service has it; it ends only when the service says so.
    case computing
    /// Its answer is going out.
    case sending
  }

  let open: Open
  let model: ModelDescription
  let started: ContinuousClock.Instant
  let deadline: ContinuousClock.Instant
  var stage = Stage.undecided
  var message: DataMessage
  var isCancelled = false

  init(
    open: Open, model: ModelDescription, started: ContinuousClock.Instant, deadline: ContinuousClock.Instant
  ) {
    self.open = open
    self.model = model
    self.started = started
    self.deadline = deadline
    message = DataMessage(total: open.total)
  }
}
