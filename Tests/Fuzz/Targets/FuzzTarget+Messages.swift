import NIOCore
import TesseraProtocol

extension FuzzTarget {
  /// Every payload's reader; the first byte chooses the message.
  ///
  /// What can be read is written with exactly the bytes that were read.
  static let messages = FuzzTarget(
    name: "messages", longest: 600,
    examples: {
      try (SelfPlay.toServer() + SelfPlay.toClient()).flatMap { stream in
        FrameStream(stream, prefix: 0).frames.compactMap { frame in
          readers.firstIndex { $0.type.rawValue == frame.type }.map { [UInt8($0)] + frame.payload }
        }
      }
    },
    check: { (input) throws(BrokenPromise) in
      guard let choice = input.first else { return }
      let payload = Array(input.dropFirst())
      let reader = readers[Int(choice) % readers.count]
      let written: ByteBuffer
      do throws(WireError) {
        written = try reader.rewrite(ByteBuffer(bytes: payload))
      } catch {
        return try promise(
          [.protocol, .limit, .version].contains(error.code), "\(reader.type) is refused with \(error.code)")
      }
      try promise(written.readableBytesView.elementsEqual(payload), "\(reader.type) is written with other bytes")
    }, repair: .none)

  /// How one type's payload is read and written again.
  private struct Reader: Sendable {
    let type: MessageType
    let rewrite: @Sendable (ByteBuffer) throws(WireError) -> ByteBuffer

    init<M: WireMessage>(_ message: M.Type) {
      type = M.type
      rewrite = { (payload) throws(WireError) in try M.decode(payload).encoded() }
    }

    init(infoNamingClasses namesClasses: Bool) {
      type = InfoAnswer.type
      rewrite = { (payload) throws(WireError) in
        try InfoAnswer.decode(payload, namesClasses: namesClasses).encoded()
      }
    }
  }

  private static let readers: [Reader] = [
    Reader(Hello.self), Reader(HelloAck.self), Reader(Auth.self), Reader(AuthOK.self), Reader(Open.self),
    Reader(ResultMessage.self), Reader(ErrorMessage.self), Reader(Cancel.self), Reader(Ping.self), Reader(Pong.self),
    Reader(InfoRequest.self), Reader(infoNamingClasses: false), Reader(infoNamingClasses: true), Reader(GoAway.self),
  ]
}
