internal import TesseraProtocol

/// The clients that a server lets in by their tokens.
package struct TokenList: Hashable, Sendable {
  package let entries: [TokenEntry]

  /// Reads a list: a client a line, `#` and what follows it is a comment.
  ///
  /// - Throws: ``CredentialError`` with the number of the line that breaks the form, names a client again or repeats
  ///   another's token.
  package init(file: String) throws(CredentialError) {
    try self.init(try CredentialFile.readSecret(file), file: file)
  }

  init(_ bytes: [UInt8], file: String) throws(CredentialError) {
    var entries: [TokenEntry] = []
    var names: Set<String> = []
    var digests: Set<ContentDigest> = []
    for (number, line) in zip(1..., bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)) {
      guard let entry = try Self.entry(line, file: file, number) else { continue }
      guard names.insert(entry.name).inserted else {
        throw .badLine(file: file, line: number, problem: "\(entry.name) was named above")
      }
      guard digests.insert(entry.digest).inserted else {
        throw .badLine(file: file, line: number, problem: "\(entry.name) has the token of somebody above")
      }
      entries.append(entry)
    }
    guard !entries.isEmpty else { throw .noTokens(file: file) }
    self.entries = entries
  }

  private static func entry(
    _ line: ArraySlice<UInt8>, file: String, _ number: Int
  ) throws(CredentialError) -> TokenEntry? {
    var line = line.prefix { $0 != UInt8(ascii: "#") }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard line.allSatisfy({ $0 == UInt8(ascii: "\t") || (0x20...0x7e).contains($0) }) else {
      throw .badLine(file: file, line: number, problem: "it is not plain ASCII")
    }
    let fields = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
    if fields.isEmpty { return nil }
    switch TokenEntry.parse(fields) {
    case .success(let entry): return entry
    case .failure(let problem): throw .badLine(file: file, line: number, problem: problem.text)
    }
  }
}
