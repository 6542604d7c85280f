package import TesseraProtocol

/// One client of a token list: a line of it.
///
///     NAME SHA256 [inflight=N] [rate=N/s]
package struct TokenEntry: Hashable, Sendable {
  /// 1–64 of a–z, 0–9, _ and -; for logs.
  package let name: String
  /// The SHA-256 of its token.
  package let digest: ContentDigest
  /// Most requests open at once, over all its connections; nil leaves it to the server's limits.
  package var inflight: Int?
  /// Most requests a second, over all its connections.
  package var rate: Int?

  /// Names a client and the digest of its token.
  package init(name: String, digest: ContentDigest, inflight: Int? = nil, rate: Int? = nil) {
    self.name = name
    self.digest = digest
    self.inflight = inflight
    self.rate = rate
  }

  /// The line without limits.
  package var line: String { "\(name) \(digest)" }
}

extension TokenEntry {
  private static let most = 1_000_000

  /// Reads a line's fields.
  ///
  /// - Returns: what is wrong, where it is not a client.
  static func parse(_ fields: [Substring]) -> Result<Self, Problem> {
    guard let name = fields.first, isName(name) else {
      return .failure(Problem("the name is not of 1–64 characters a–z, 0–9, _ and -"))
    }
    guard fields.count > 1, let digest = Self.digest(fields[1]) else {
      return .failure(Problem("the digest is not 64 hexadecimal digits"))
    }
    var entry = Self(name: String(name), digest: digest)
    for field in fields.dropFirst(2) {
      if let number = Self.number(field, "inflight=", ""), entry.inflight == nil {
        entry.inflight = number
      } else if let number = Self.number(field, "rate=", "/s"), entry.rate == nil {
        entry.rate = number
      } else {
        return .failure(
          Problem("\(String(field.prefix(64)).debugDescription) is no limit, or one given twice, or not in 1…\(most)"))
      }
    }
    return .success(entry)
  }

  /// What is wrong with a line.
  struct Problem: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  /// Whether a text can name a client.
  package static func isName(_ name: some StringProtocol) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
  }

  private static func digest(_ text: Substring) -> ContentDigest? {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard text.utf8.count == 2 * ContentDigest.byteCount, digits.count == text.utf8.count else { return nil }
    return ContentDigest(
      bytes: stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
  }

  private static func number(_ field: Substring, _ prefix: String, _ suffix: String) -> Int? {
    guard field.hasPrefix(prefix), field.hasSuffix(suffix) else { return nil }
    let digits = field.dropFirst(prefix.count).dropLast(suffix.count)
    guard (1...7).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(digits), (1...most).contains(number)
    else { return nil }
    return number
  }
}
