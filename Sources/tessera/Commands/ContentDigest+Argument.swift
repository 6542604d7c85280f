public import ArgumentParser
public import TesseraProtocol

extension ContentDigest: ExpressibleByArgument {
  /// Reads 64 hexadecimal digits.
  public init?(argument: String) {
    let digits = Array(argument)
    guard digits.count == 2 * Self.byteCount, digits.allSatisfy(\.isHexDigit) else { return nil }
    self.init(
      bytes: stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) })
  }
}
