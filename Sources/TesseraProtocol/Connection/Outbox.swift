internal import NIOCore

/// What one side has to say: single frames in order, and bodies that take turns behind them.
///
/// Frames are numbered and sealed when they are taken, so nothing that was dropped leaves a gap.
struct Outbox {
  private struct Single {
    let type: MessageType
    let id: RequestID
    let version: ProtocolVersion
    let payload: ByteBuffer
  }

  private struct Turn {
    let id: RequestID
    let chunks: [Chunk]
    var next = 0
  }

  private let dataType: MessageType
  private var sealer = FrameSealer()
  private var singles = CircularBuffer<Single>()
  private var turns = CircularBuffer<Turn>()

  /// - Parameter dataType: the type of this side's DATA.
  init(dataType: MessageType) { self.dataType = dataType }

  var isEmpty: Bool { singles.isEmpty && turns.isEmpty }

  /// Single frames that nobody has taken.
  var backlog: Int { singles.count }

  mutating func send(_ message: some WireMessage, id: RequestID = .connection, version: ProtocolVersion) {
    send(type(of: message).type, payload: message.encoded(), id: id, version: version)
  }

  mutating func send(
    _ type: MessageType, payload: ByteBuffer, id: RequestID = .connection, version: ProtocolVersion
  ) {
    singles.append(Single(type: type, id: id, version: version, payload: payload))
  }

  /// Queues a message's DATA.
  mutating func send(_ body: MessageBody, id: RequestID) {
    turns.append(Turn(id: id, chunks: body.chunks))
  }

  /// Drops what is left of a message's DATA.
  mutating func drop(_ id: RequestID) { turns.removeAll { $0.id == id } }

  /// Drops all DATA.
  mutating func dropBodies() { turns.removeAll() }

  /// The next frame, and the id whose last DATA it is.
  mutating func next(version: ProtocolVersion) -> (frame: ByteBuffer, finished: RequestID?)? {
    if let single = singles.popFirst() {
      return (sealer.seal(single.type, id: single.id, version: single.version, payload: single.payload), nil)
    }
    guard var turn = turns.popFirst() else { return nil }
    let chunk = turn.chunks[turn.next]
    turn.next += 1
    let isLast = turn.next == turn.chunks.count
    if !isLast { turns.append(turn) }
    let frame = sealer.seal(chunk, type: dataType, id: turn.id, version: version, isLast: isLast)
    return (frame, isLast ? turn.id : nil)
  }
}
