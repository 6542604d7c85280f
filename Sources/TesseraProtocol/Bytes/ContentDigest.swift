internal import Crypto
package import NIOCore

/// The SHA-256 of some bytes.
public struct ContentDigest: Hashable, Sendable {
  /// The 32 bytes, most significant first.
  public let bytes: [UInt8]

  /// Bytes in a digest.
  public static let byteCount = 32

  /// Wraps 32 bytes; nil for any other number.
  public init?(bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  fileprivate init(_ digest: SHA256.Digest) { bytes = Array(digest) }

  /// Digests bytes.
  public init(of content: [UInt8]) {
    var digester = Digester()
    digester.update(content)
    self = digester.finish()
  }

  /// All zero: where no digest applies.
  public static let zero = Self(zeroes: ())

  private init(zeroes: Void) { bytes = [UInt8](repeating: 0, count: Self.byteCount) }
}

extension ContentDigest: CustomStringConvertible {
  /// 64 hexadecimal digits.
  public var description: String {
    bytes.map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
  }
}

/// Digests bytes that come piece by piece.
package struct Digester {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
  }

  package mutating func update(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
  }

  package func finish() -> ContentDigest { ContentDigest(hash.finalize()) }
}
