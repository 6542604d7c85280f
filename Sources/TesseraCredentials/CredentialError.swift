public import TesseraFiles

/// Why a certificate, a key or a token cannot be used.
public enum CredentialError: Error, Hashable, Sendable {
  /// A file cannot be read.
  case unreadable(FileError)
  /// A secret lies open to every user of the machine.
  case readableByOthers(file: String)
  /// The file holds no certificate in PEM.
  case noCertificate(file: String)
  /// The file holds no private key in PEM, or one with a passphrase.
  case noKey(file: String)
  /// The private key is not that of the certificate.
  case keyDoesNotFit(key: String, certificate: String)
  /// The certificate's time is over; a date, such as `2026-01-31`.
  case expired(file: String, on: String)
  /// The certificate's time has not come.
  case notYetValid(file: String, from: String)
  /// The certificate cannot be used for another reason.
  case unusable(file: String, reason: String)
  /// A line of a token list breaks its form.
  case badLine(file: String, line: Int, problem: String)
  /// A token list names nobody.
  case noTokens(file: String)
  /// A client's token file does not hold one token.
  case noToken(file: String)
  /// A token is empty or too long for AUTH.
  case tokenLength(Int)
  /// A name to hold a server's certificate against is no DNS name.
  case badServerName(String)
}

extension CredentialError: CustomStringConvertible {
  /// One line: what, where, why and what to do.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .readableByOthers(let file): "\(file): every user of this machine can read this secret; chmod o-rwx it"
    case .noCertificate(let file): "\(file): no certificate in it; give certificates in PEM, the server's own first"
    case .noKey(let file): "\(file): no private key in it that can be read; give it in PEM, without a passphrase"
    case .keyDoesNotFit(let key, let certificate):
      "\(key): not the key of the first certificate in \(certificate); give the two that belong together"
    case .expired(let file, let day): "\(file): the certificate expired on \(day); renew it"
    case .notYetValid(let file, let day):
      "\(file): the certificate is not valid before \(day); wait, or check this machine's clock"
    case .unusable(let file, let reason): "\(file): the certificate cannot be used: \(reason); make it anew"
    case .badLine(let file, let line, let problem):
      "\(file):\(line): \(problem); write NAME SHA256 [inflight=N] [rate=N/s], as tessera token NAME prints it"
    case .noTokens(let file): "\(file): no token in it; add a line that tessera token NAME prints"
    case .noToken(let file):
      "\(file): not one token; put the token alone into the file, as tessera token NAME printed it"
    case .tokenLength(let count):
      "a token of \(count) bytes cannot be sent; one has 1 to 4093, those of tessera token have 72"
    case .badServerName(let name):
      "the server name \(name.debugDescription) is no DNS name; addresses are compared without being named"
    }
  }
}
