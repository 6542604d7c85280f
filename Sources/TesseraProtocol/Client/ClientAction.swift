/// What the transport has to do for a client's connection.
package enum ClientAction: Sendable {
  /// Requests may be opened.
  case ready(ClientSession)
  /// Decode, and give the result to whoever opened the request.
  case result(RequestID, ReceivedResult)
  /// Tell whoever opened the request that it failed.
  case failed(RequestID, SegmentationError)
  /// A ping came back.
  case pong(token: UInt64)
  /// An answer to the oldest question that has none.
  case info(InfoAnswer)
  /// Open no more requests here.
  case goAway(GoAway)
  /// Write the frames that are left and close; requests without an answer have failed, by actions before this one.
  case close(SegmentationError)
}
