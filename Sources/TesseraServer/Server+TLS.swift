internal import Logging
public import TesseraCredentials

extension Server {
  /// How connections are encrypted, and who may make them.
  public struct TLS: Hashable, Sendable {
    /// Who the server is.
    public var files: CertificateFiles
    /// PEM of the authorities whose certificates clients must show; nil asks for none.
    public var clientAuthority: String?

    /// Names the files.
    public init(_ files: CertificateFiles, clientAuthority: String? = nil) {
      self.files = files
      self.clientAuthority = clientAuthority
    }
  }

  /// Reads certificates, key and the clients' authorities anew; connections made from now on use them.
  ///
  /// Nothing happens without TLS, or before the server runs.
  ///
  /// - Throws: ``ServerError/credentials(_:)``; what was read before then stays in use.
  public func reloadCertificates() throws(ServerError) {
    do throws(CredentialError) {
      try access?.reloadCertificates()
    } catch {
      throw .credentials(error)
    }
  }

  /// Reads the token list anew; connections made from now on are judged by it, those that are open stay.
  ///
  /// Nothing happens without tokens, or before the server runs.
  ///
  /// - Throws: ``ServerError/credentials(_:)``; what was read before then stays in use.
  public func reloadTokens() throws(ServerError) {
    do throws(CredentialError) {
      try access?.reloadTokens()
    } catch {
      throw .credentials(error)
    }
  }
}

extension Server {
  /// Reads certificates and tokens anew, and logs what cannot be used; what was read before then stays in use.
  public func reloadCredentials() {
    do throws(ServerError) {
      try reloadCertificates()
      try reloadTokens()
      if access != nil { logger.notice("credentials read anew") }
    } catch {
      logger.error("credentials stay as they were", metadata: ["cause": "\(error)"])
    }
  }
}

extension Server.Configuration {
  /// Looks whether a server could start so: addresses, certificates, key and tokens; a server looks again when it
  /// starts.
  ///
  /// - Parameter socket: one that was passed.
  /// - Throws: ``ServerError`` where it could not.
  public func check(socket: Int32? = nil) throws(ServerError) {
    _ = try socketAddress(of: socket)
    _ = try adminSocketAddress()
    _ = try AccessControl(self)
  }
}
