internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// What lies below the protocol: TLS, and a proxy's header in front of that.
  static let transports: [Check] = [
    Check(.preface, "tls-alpn", "TLS agrees on ALPN tessera") { (talk: inout Script) throws(Skip) in
      try talk.requireTLS()
      talk.hello()
      talk.expect(.securedByName)
    },
    unsecured("tls-plaintext", "what is not TLS is closed without an answer", .plaintext),
    unsecured("tls-1.2", "TLS is of version 1.3 or later", .tls12),
    unsecured("tls-alpn-other", "a client of another protocol is closed without an answer", .otherProtocol),
    unsecured("tls-alpn-none", "a client without ALPN is closed without an answer", .noProtocol),
    Check(.preface, "tls-no-certificate", "where certificates suffice, who shows none is closed without an answer") {
      (talk: inout Script) throws(Skip) in
      guard talk.facts.ack.authentication == .certificate, talk.facts.route.hasCertificate else {
        throw Skip("the server asks for no certificate")
      }
      talk.beginUnanswered { $0.handshake = .noCertificate }
    },
    unannounced("proxy-missing", "without its PROXY header a connection is closed without an answer", nil),
    unannounced("proxy-malformed", "a malformed PROXY header is none", Array("PROXY TCP4 1 2 3 4\r\n".utf8)),
    unannounced(
      "proxy-too-long", "version 1 has at most 107 bytes",
      Array("PROXY UNKNOWN ".utf8) + Array(repeating: UInt8(ascii: "A"), count: 100)),
    announced("proxy-unknown", "version 1 may leave the address out", Array("PROXY UNKNOWN\r\n".utf8)),
    announced(
      "proxy-binary", "version 2 is understood", binary(0x21, 0x11, [192, 0, 2, 1, 192, 0, 2, 2, 192, 0, 29, 26])),
    announced("proxy-local", "version 2 may come from the proxy itself", binary(0x20, 0, [])),
  ]

  private static func unsecured(_ name: String, _ rule: String, _ handshake: Route.Handshake) -> Check {
    Check(.preface, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.requireTLS()
      talk.beginUnanswered { $0.handshake = handshake }
    }
  }

  private static func unannounced(_ name: String, _ rule: String, _ header: [UInt8]?) -> Check {
    Check(.preface, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.requireProxy()
      talk.beginUnanswered { $0.header = header }
    }
  }

  private static func announced(_ name: String, _ rule: String, _ header: [UInt8]) -> Check {
    Check(.preface, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.requireProxy()
      talk.header = header
      talk.hello()
    }
  }

  /// A PROXY header of version 2.
  private static func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
    [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, command, family, 0, UInt8(rest.count)] + rest
  }
}

extension Script {
  /// Begins in a way that a server must not take, as if it did.
  fileprivate mutating func beginUnanswered(_ change: (inout Script) -> Void) {
    change(&self)
    preface()
    frame(.hello, Array(Self.helloPayload.readableBytesView))
    expect(.silence)
  }

  fileprivate func requireTLS() throws(Skip) {
    guard facts.route.isEncrypted else { throw Skip("the server was asked without TLS") }
  }

  fileprivate func requireProxy() throws(Skip) {
    guard facts.route.proxyHeader != nil else { throw Skip("the server was asked without a proxy") }
  }
}
