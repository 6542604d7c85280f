import NIOCore
import NIOPosix
import NIOSSL
import TesseraClient
import TesseraCredentials
import TesseraServer
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips where no certificates can be made.
  static var needsCertificates: Self {
    .enabled(if: Certificates.shared != nil, Comment(rawValue: Certificates.skipped))
  }
}

extension Client.TLS {
  /// Believes one authority.
  init(trusting authority: String, files: CertificateFiles? = nil, serverName: String? = nil) {
    self.init()
    trustRoots = .file(authority)
    self.files = files
    self.serverName = serverName
  }
}

/// Asks a server for one picture.
func ask(
  _ port: Int, host: String = "localhost", tls: Client.TLS? = nil, token: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  var configuration = Client.Configuration()
  configuration.tls = tls
  configuration.token = token
  try await withClient(host: host, port: port, configuration: configuration) { client in
    try await client.expectAnswer(to: 7, sourceLocation: sourceLocation)
  }
}

/// Why no connection comes about; nil where one does.
func refusal(
  _ port: Int, host: String = "localhost", tls: Client.TLS? = nil, token: String? = nil
) async throws -> ClientError? {
  let start = ContinuousClock.now
  do {
    try await ask(port, host: host, tls: tls, token: token)
    return nil
  } catch let error as ClientError {
    #expect(start.duration(to: .now) < .seconds(5))
    #expect(!error.description.contains("\n"))
    return error
  }
}

/// A server that speaks TLS as a test wants it and says nothing behind it.
func withTLSListener(_ configuration: TLSConfiguration, _ body: (Int) async throws -> Void) async throws {
  let context = try NIOSSLContext(configuration: configuration)
  let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
      }
    }
    .bind(host: "localhost", port: 0).get()
  let port = try #require(listener.localAddress?.port)
  try await body(port)
  try await listener.close()
}

/// What a client of another make would use.
func clientContext(
  trusting authority: String, files: CertificateFiles? = nil, _ change: (inout TLSConfiguration) -> Void = { _ in }
) throws -> NIOSSLContext {
  var configuration = TLSConfiguration.makeClientConfiguration()
  configuration.trustRoots = .file(authority)
  configuration.applicationProtocols = ["tessera"]
  if let files {
    configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) }
    configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
  }
  change(&configuration)
  return try NIOSSLContext(configuration: configuration)
}

func serverConfiguration(_ files: CertificateFiles) throws -> TLSConfiguration {
  .makeServerConfiguration(
    certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
    privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem)))
}
