/// One request on its way through a client's connection.
struct ClientRequest {
  enum Stage: Hashable {
    /// DATA is going out.
    case sending
    /// All is sent.
    case waiting
    /// RESULT came, and its DATA is coming.
    case receiving
    /// The caller knows how it ended; frames are skipped up to the terminal one.
    case discarding
  }

  let open: Open
  var stage = Stage.sending
  var result: ResultMessage?
  var message = DataMessage(total: 0)

  init(open: Open) { self.open = open }
}
