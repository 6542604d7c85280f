internal import NIOSSL
internal import Synchronization
internal import TesseraCredentials
internal import TesseraProtocol

/// Who may connect, and by what they show who they are.
struct AccessControl: Sendable {
  private let configuration: Server.Configuration
  /// What TLS connections start from; nil without TLS.
  private let tls: TLSBox?
  /// nil where no token is asked for.
  let tokens: TokenBook?
  /// nil where nothing has to be shown.
  let addresses: AddressLimit?

  /// Reads certificates, key and tokens.
  init(_ configuration: Server.Configuration) throws(ServerError) {
    self.configuration = configuration
    do throws(CredentialError) {
      tls = try configuration.tls.map { tls throws(CredentialError) in TLSBox(try tls.context()) }
      tokens = try configuration.tokenFile.map { file throws(CredentialError) in TokenBook(try TokenList(file: file)) }
    } catch {
      throw .credentials(error)
    }
    addresses = configuration.demand == .none ? nil : AddressLimit(limit: configuration.unauthenticatedPerAddress)
  }

  /// Whether clients show certificates.
  var asksForCertificates: Bool { configuration.demand == .certificate }

  /// The context for a connection that comes now.
  var context: NIOSSLContext? { tls?.context.withLock { $0 } }

  /// Reads certificates and key anew; what cannot be used changes nothing.
  func reloadCertificates() throws(CredentialError) {
    guard let tls, let files = configuration.tls else { return }
    let context = try files.context()
    tls.context.withLock { $0 = context }
  }

  /// Reads the tokens anew; what cannot be used changes nothing.
  func reloadTokens() throws(CredentialError) {
    guard let tokens, let file = configuration.tokenFile else { return }
    tokens.replace(by: try TokenList(file: file))
  }

  private final class TLSBox: Sendable {
    let context: Mutex<NIOSSLContext>

    init(_ context: NIOSSLContext) { self.context = Mutex(context) }
  }
}

extension Server.TLS {
  fileprivate func context() throws(CredentialError) -> NIOSSLContext {
    try TLSContext.server(files, clientAuthority: clientAuthority)
  }
}

extension Server.Configuration {
  /// What clients must show.
  var demand: AuthenticationDemand {
    if tls?.clientAuthority != nil { return .certificate }
    return tokenFile == nil ? .none : .token
  }
}
