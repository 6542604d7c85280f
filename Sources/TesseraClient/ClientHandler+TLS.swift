internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import TesseraCredentials
internal import TesseraProtocol

extension ClientHandler {
  /// A token may not be sent to where it could be read.
  struct TokenInTheClear: Error {}

  /// Whether the bytes below are nobody else's business, as far as a token needs it.
  func mayBegin(_ context: ChannelHandlerContext) -> Bool {
    guard hasToken, !isEncrypted, context.channel.remoteAddress?.isLoopback != true else { return true }
    fail(TokenInTheClear(), context)
    return false
  }

  /// Looks whether the first bytes are an alert of TLS: they are no frame's, as none of that length may come first.
  func recognisesTLS(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) -> Bool {
    guard !hasRead else { return false }
    hasRead = true
    guard !isEncrypted, let first = bytes.getBytes(at: bytes.readerIndex, length: 3), first[0] == 0x15,
      first[1] == 0x03, (1...4).contains(first[2])
    else { return false }
    fail(TLSFault.tlsExpected, context)
    return true
  }

  /// Goes on when the TLS handshake is done, if both mean the same protocol.
  func secure(_ context: ChannelHandlerContext, protocol name: String?) {
    if name != TLSContext.applicationProtocol { fail(TLSFault.applicationProtocol, context) }
  }

  /// Notes what an error below means, and ends the connection.
  func fail(below error: any Error, _ context: ChannelHandlerContext) {
    guard let fault = TLSFault(error) else { return context.close(promise: nil) }
    // An end of bytes follows, and is judged as such: frames mark their own ends.
    if fault == .truncated { return }
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    fail(fault.explained(by: certificate), context)
  }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    ready.fail(error)
    end(.lost)
    context.close(promise: nil)
  }
}
