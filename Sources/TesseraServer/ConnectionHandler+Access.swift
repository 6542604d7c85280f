internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import TesseraCredentials
internal import TesseraProtocol

extension ConnectionHandler {
  /// Where a connection came from, and what is below it.
  struct Arrival {
    /// The client, or whom a proxy speaks for.
    let peer: SocketAddress?
    /// When the connection was made, which is when its deadlines begin.
    let started: ContinuousClock.Instant
    /// Under which it counts until it has shown who it is; nil where it need not.
    let site: AddressLimit.Site?
    /// Whether bytes are encrypted.
    let isEncrypted: Bool
  }

  /// Judges a token.
  func authenticate(_ token: [UInt8]) {
    guard let account = shared.access.tokens?.account(for: token) else {
      shared.metrics.refusedToken()
      logger.notice("token refused", metadata: ["peer": "\(peerText)"])
      return connection.rejectAuthentication()
    }
    self.account = account
    logger[metadataKey: "client"] = "\(account.name)"
    logger.debug("token accepted")
    leaveSite()
    connection.authenticated()
  }

  /// Goes on when the TLS handshake is done, if it came to what it had to.
  func secure(_ context: ChannelHandlerContext, protocol name: String?) {
    guard name == TLSContext.applicationProtocol else { return refuse(context, .applicationProtocol) }
    if shared.access.asksForCertificates {
      // The handshake fails without a verified certificate; should it ever not, nobody gets in all the same.
      guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else {
        return refuse(context, .certificateMissing)
      }
      logger[metadataKey: "client"] = "certificate \(certificate.serialNumber.hexadecimal)"
      leaveSite()
    }
    isReady = true
    context.triggerUserOutboundEvent(TLSFarewellHandler.HandshakeDone(), promise: nil)
  }

  /// Notes what an error below means.
  ///
  /// - Returns: whether the connection goes on all the same.
  func survives(_ error: any Error) -> Bool {
    guard let fault = TLSFault(error) else {
      logger.debug("connection failed", metadata: ["error": "\(EscapedText("\(error)"))"])
      return false
    }
    // An end of bytes follows, and is judged as such: frames mark their own ends.
    if fault == .truncated { return true }
    if ending != .closed { note(fault) }
    return false
  }

  /// Gives a request's places back, here and in the whole server.
  func release(_ request: AdmittedRequest) {
    shared.queue.release(request.ticket)
    account?.release()
  }

  /// No longer counts among those of its address that have not shown who they are.
  func leaveSite() {
    guard let site else { return }
    self.site = nil
    shared.access.addresses?.leave(site)
  }

  /// The peer for logs.
  var peerText: String { arrival.peer?.description ?? "unknown" }

  private func refuse(_ context: ChannelHandlerContext, _ fault: TLSFault) {
    note(fault)
    close(context)
  }

  private func note(_ fault: TLSFault) {
    shared.metrics.refusedHandshake()
    logger.info("TLS refused", metadata: ["peer": "\(peerText)", "cause": "\(EscapedText("\(fault)"))"])
  }
}

extension [UInt8] {
  fileprivate var hexadecimal: String {
    map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
  }
}
