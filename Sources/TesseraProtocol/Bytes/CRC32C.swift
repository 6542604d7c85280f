internal import CTesseraZstd
package import NIOCore

/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, initial value and final XOR 0xFFFFFFFF.
///
/// It finds accidents; tampering is the transport security's business.
package enum CRC32C {
  /// The checksum of a buffer's readable bytes; 0 for none.
  package static func checksum(_ buffer: ByteBuffer) -> UInt32 {
    buffer.withUnsafeReadableBytes { tessera_crc32c(0, $0.baseAddress, $0.count) }
  }

  /// The checksum of an array; 0 for an empty one.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { tessera_crc32c(0, $0.baseAddress, $0.count) }
  }

  /// The checksum by table alone, to hold the processor's instruction against.
  static func portableChecksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { tessera_crc32c_portable(0, $0.baseAddress, $0.count) }
  }
}
