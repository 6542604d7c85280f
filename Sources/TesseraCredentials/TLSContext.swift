internal import Glibc
internal import NIOCore
package import NIOSSL

/// Makes what TLS connections start from; it reads files, so it is no work for an event loop.
///
/// TLS 1.3 is the least version: every client and server of the protocol is younger than it.
package enum TLSContext {
  /// The protocol's name in ALPN.
  package static let applicationProtocol = "tessera"
  /// How long to wait for a peer's close_notify: frames mark their own ends, so little depends on it.
  private static let shutdownTime = 500

  /// Makes a server's context.
  ///
  /// - Parameter clientAuthority: PEM of the authorities whose certificates clients must show; nil asks for none.
  package static func server(
    _ files: CertificateFiles, clientAuthority: String? = nil
  ) throws(CredentialError) -> NIOSSLContext {
    let chain = try Self.chain(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
    let key = NIOSSLPrivateKeySource.privateKey(try Self.key(files.key))
    var configuration: TLSConfiguration
    if let clientAuthority {
      // Roots without a demand for verification would let everybody in; this constructor makes the demand.
      configuration = .makeServerConfigurationWithMTLS(
        certificateChain: chain, privateKey: key, trustRoots: .certificates(try roots(clientAuthority)))
    } else {
      configuration = .makeServerConfiguration(certificateChain: chain, privateKey: key)
    }
    return try context(&configuration, files)
  }

  /// Makes a client's context; the server's certificate and name are verified, always.
  ///
  /// - Parameter change: what differs from a client of the protocol.
  package static func client(
    _ roots: TrustRoots, _ files: CertificateFiles? = nil, _ change: (inout TLSConfiguration) -> Void = { _ in }
  ) throws(CredentialError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .fullVerification
    if case .file(let path) = roots { configuration.trustRoots = .certificates(try Self.roots(path)) }
    if let files {
      configuration.certificateChain = try chain(files.certificate).map { .certificate($0) }
      configuration.privateKey = .privateKey(try key(files.key))
    }
    return try context(&configuration, files, change)
  }

  private static func context(
    _ configuration: inout TLSConfiguration, _ files: CertificateFiles?,
    _ change: (inout TLSConfiguration) -> Void = { _ in }
  ) throws(CredentialError) -> NIOSSLContext {
    configuration.minimumTLSVersion = .tlsv13
    configuration.applicationProtocols = [applicationProtocol]
    configuration.shutdownTimeout = .milliseconds(Int64(shutdownTime))
    change(&configuration)
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch NIOSSLError.failedToLoadPrivateKey {
      throw .keyDoesNotFit(key: files?.key ?? "", certificate: files?.certificate ?? "")
    } catch {
      throw .unusable(file: files?.certificate ?? "the system's authorities", reason: "\(error)")
    }
  }

  /// Reads a certificate and those behind it; the first must be of today.
  private static func chain(_ path: String) throws(CredentialError) -> [NIOSSLCertificate] {
    let chain = try certificates(path)
    guard let first = chain.first else { throw .noCertificate(file: path) }
    let now = time(nil)
    guard now >= first.notValidBefore else { throw .notYetValid(file: path, from: day(first.notValidBefore)) }
    guard now <= first.notValidAfter else { throw .expired(file: path, on: day(first.notValidAfter)) }
    return chain
  }

  /// Reads authorities; bundles keep some beyond their time, but one must be of today.
  private static func roots(_ path: String) throws(CredentialError) -> [NIOSSLCertificate] {
    let roots = try certificates(path)
    let now = time(nil)
    guard let last = roots.map(\.notValidAfter).max() else { throw .noCertificate(file: path) }
    guard now <= last else { throw .expired(file: path, on: day(last)) }
    return roots
  }

  private static func certificates(_ path: String) throws(CredentialError) -> [NIOSSLCertificate] {
    let bytes = try CredentialFile.read(path)
    do {
      return try NIOSSLCertificate.fromPEMBytes(bytes)
    } catch {
      throw .noCertificate(file: path)
    }
  }

  private static func key(_ path: String) throws(CredentialError) -> NIOSSLPrivateKey {
    let bytes = try CredentialFile.readSecret(path)
    do {
      return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
    } catch {
      throw .noKey(file: path)
    }
  }
}

/// A time's date in UTC, such as `2026-01-31`.
func day(_ time: time_t) -> String {
  var (time, parts) = (time, tm())
  guard gmtime_r(&time, &parts) != nil else { return "\(time) s since 1970" }
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
}
