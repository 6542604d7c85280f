internal import NIOCore

extension ProxyHeader {
  /// Reads version 1.
  ///
  ///     PROXY TCP4|TCP6 SOURCE DESTINATION SOURCEPORT DESTINATIONPORT\r\n
  ///     PROXY UNKNOWN…\r\n
  static func readLine(_ bytes: [UInt8]) throws(Malformed) -> (header: Self, length: Int)? {
    let line = bytes.prefix(longestLine)
    guard let end = line.firstIndex(where: { !(0x20...0x7e).contains($0) }), end + 1 < longestLine else {
      if bytes.count >= longestLine { throw Malformed(reason: "no end of the line within \(longestLine) bytes") }
      return nil
    }
    guard bytes[end] == UInt8(ascii: "\r") else { throw Malformed(reason: "byte \(bytes[end]) in the line") }
    guard end + 1 < bytes.count else { return nil }
    guard bytes[end + 1] == UInt8(ascii: "\n") else { throw Malformed(reason: "a carriage return without line feed") }
    let fields = String(decoding: bytes[..<end], as: UTF8.self)
      .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return (Self(source: try source(fields)), end + 2)
  }

  private static func source(_ fields: [String]) throws(Malformed) -> SocketAddress? {
    guard fields.count > 1 else { throw Malformed(reason: "no protocol") }
    if fields[1] == "UNKNOWN" { return nil }
    guard fields.count == 6 else { throw Malformed(reason: "\(fields.count) fields") }
    guard let source = address(fields[1], fields[2], fields[4]), address(fields[1], fields[3], fields[5]) != nil else {
      throw Malformed(reason: "addresses or ports do not suit \(fields[1])")
    }
    return source
  }

  private static func address(_ family: String, _ address: String, _ port: String) -> SocketAddress? {
    guard let number = Int(port), (0...65_535).contains(number), "\(number)" == port,
      address.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit || ".:".utf8.contains($0) })
    else { return nil }
    do {
      let parsed = try SocketAddress(ipAddress: address, port: number)
      switch (family, parsed) {
      case ("TCP4", .v4), ("TCP6", .v6): return parsed
      default: return nil
      }
    } catch {
      return nil
    }
  }
}
