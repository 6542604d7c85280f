import NIOCore
import TesseraProtocol
import Testing

@testable import TesseraServer

@Suite struct ProxyHeaderTests {
  /// Version 2 by hand.
  static func binary(
    command: UInt8 = 0x21, family: UInt8 = 0x11, _ addresses: [UInt8], _ extensions: [UInt8] = [], length: Int? = nil
  ) -> [UInt8] {
    let rest = addresses + extensions
    let count = length ?? rest.count
    return [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, command, family]
      + [UInt8(count >> 8), UInt8(count & 0xff)] + rest
  }

  static let v4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0x01, 0xbb]
  static let v6: [UInt8] = [
    0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    8, 0xdc, 0x04, 0x01, 0xbb,
  ]

  private static let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"

  /// A header, and the address and port it tells.
  static let right: [(bytes: [UInt8], source: String?)] = [
    (Array("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n".utf8), "192.0.2.1:56324"),
    (Array("PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n".utf8), "255.255.255.255:65535"),
    (Array("PROXY TCP6 2001:db8::9 2001:db8::8 56324 443\r\n".utf8), "2001:db8::9:56324"),
    (Array("PROXY UNKNOWN\r\n".utf8), nil), (Array("PROXY UNKNOWN ffff:: what ever 1\r\n".utf8), nil),
    (Array(longest.utf8), nil), (binary(v4), "192.0.2.1:56324"),
    (binary(v4, [0x04, 0, 1, 0, 0x20, 0, 0]), "192.0.2.1:56324"), (binary(family: 0x21, v6), "2001:db8::9:56324"),
    (binary(command: 0x20, family: 0, []), nil), (binary(command: 0x20, v4), nil),
    (binary(command: 0x20, family: 0xff, [1, 2, 3]), nil), (binary(family: 0, [1, 2, 3]), nil),
    (binary(family: 0x31, [UInt8](repeating: 0, count: 216)), nil),
    (binary(v4, [0x04, 0x01, 0xf9] + [UInt8](repeating: 0, count: 505)), "192.0.2.1:56324"),
    (sealed, "192.0.2.1:56324"),
  ]

  /// With the extension that carries its CRC-32C.
  private static let sealed: [UInt8] = {
    let blank = binary(v4, [3, 0, 4, 0, 0, 0, 0])
    let crc = CRC32C.checksum(blank)
    return blank.dropLast(4) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> UInt32($0)) }
  }()

  @Test(arguments: right.indices)
  func everySplit(_ index: Int) throws {
    let (bytes, source) = Self.right[index]
    for count in 0..<bytes.count {
      var part = ByteBuffer(bytes: bytes.prefix(count))
      let early = try ProxyHeader.read(from: &part)
      #expect(early == nil && part.readableBytes == count, "\(count) of \(bytes.count)")
    }
    var whole = ByteBuffer(bytes: bytes + [0x89, 0x54])
    let header = try #require(try ProxyHeader.read(from: &whole))
    #expect(header.source.map { "\($0.ipAddress ?? ""):\($0.port ?? -1)" } == source)
    #expect(whole == ByteBuffer(bytes: [0x89, 0x54] as [UInt8]))
  }

  @Test func theLongestAreAsLongAsTheyMayBe() {
    #expect(Self.longest.utf8.count == ProxyHeader.longestLine)
    #expect(Self.right.map(\.bytes.count).max() == ProxyHeader.longestBinary)
  }

  @Test(
    arguments: [
      "PROXY\r\n", "PROXY \r\n", "proxy TCP4 192.0.2.1 198.51.100.7 1 2\r\n", "GET / HTTP/1.1\r\n\r\n",
      "PROXY  TCP4 192.0.2.1 198.51.100.7 1 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 1 2 3\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 1 65536\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 -1 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 +1 2\r\n",
      "PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n", "PROXY TCP4 192.0.2 198.51.100.7 1 2\r\n",
      "PROXY TCP4 2001:db8::9 2001:db8::8 1 2\r\n", "PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n",
      "PROXY TCP6 fe80::1%lo fe80::2 1 2\r\n", "PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n",
      "PROXY UDP4 192.0.2.1 198.51.100.7 1 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r\r\n", "PROXY TCP4 192.0.2.1\u{0} 198.51.100.7 1 2\r\n",
      "PROXY TCP4 192.0.2.1 é 1 2\r\n", "PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n",
      String(repeating: "PROXY ", count: 18), "\u{16}\u{3}\u{1}",
    ])
  func linesThatAreNone(_ line: String) {
    var bytes = ByteBuffer(string: line)
    #expect(throws: ProxyHeader.Malformed.self) { try ProxyHeader.read(from: &bytes) }
  }

  private static let wrong: [[UInt8]] = [
    binary(command: 0x11, v4), binary(command: 0x22, v4), binary(command: 0x01, v4), binary(family: 0x12, v4),
    binary(family: 0x10, v4), binary(family: 0x41, v4), binary(v4.dropLast()), binary(family: 0x21, v4),
    binary(family: 0x31, v4), binary([]), binary([], length: 521), binary([], length: 65_535), binary(v4, [4]),
    binary(v4, [4, 0]), binary(v4, [4, 0, 1]), binary(v4, [4, 0xff, 0xff, 0]), binary(v4, [3, 0, 4, 0, 0, 0, 0]),
    binary(v4, [3, 0, 2, 0, 0]), Array(binary(v4).prefix(11)) + [0x0b], [0x0d, 0x0a, 0x0d, 0x0b],
    sealed.dropLast() + [sealed[sealed.count - 1] ^ 1],
  ]

  @Test(arguments: wrong.indices)
  func binariesThatAreNone(_ index: Int) {
    var bytes = ByteBuffer(bytes: Self.wrong[index])
    #expect(throws: ProxyHeader.Malformed.self, "\(Self.wrong[index])") { try ProxyHeader.read(from: &bytes) }
  }
}
