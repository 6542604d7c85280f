package import TesseraProtocol

/// A secret by which a client shows who it is.
///
/// It is 256 random bits, so that its digest can be kept as it is, without salt or a slow function: those protect
/// secrets that people choose, which can be guessed; nobody guesses one of 2²⁵⁶.
package struct BearerToken: Hashable, Sendable {
  /// Where it came from is told apart by its beginning, so that scanners for leaked secrets find it.
  private static let prefix = "tessera_"

  /// Printable ASCII without spaces.
  package let text: String

  /// Makes a new one.
  package static func random() -> Self {
    let numbers = (0..<4).map { _ in UInt64.random(in: .min ... .max) }
    return Self(text: prefix + ContentDigest(of: numbers.flatMap { $0.bytes }).description)
  }

  private init(text: String) { self.text = text }

  /// Reads one from a file that holds it alone, but for a line feed at its end.
  package init(file: String) throws(CredentialError) {
    var bytes = try CredentialFile.readSecret(file)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard (1...Auth.longestToken).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw .noToken(file: file)
    }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// What AUTH carries.
  package var bytes: [UInt8] { Array(text.utf8) }

  /// What a server keeps of it.
  package var digest: ContentDigest { ContentDigest(of: bytes) }
}

extension UInt64 {
  fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * UInt64($0))) } }
}
