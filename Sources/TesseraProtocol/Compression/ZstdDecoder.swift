internal import CTesseraZstd
package import NIOCore

/// Decompresses chunks of the strict zstd profile with one context for all of them.
package struct ZstdDecoder: ~Copyable {
  private let context: OpaquePointer

  /// - Returns: nil where no memory is left.
  package init?() {
    guard let context = tessera_zstd_decoder_create() else { return nil }
    self.context = context
  }

  deinit { tessera_zstd_decoder_free(context) }

  /// Reads exactly one strict frame.
  ///
  /// - Parameters:
  ///   - plainLength: bytes that the frame must produce; the caller has checked it against its limit.
  ///   - windowLimit: the largest window that the frame may ask for.
  /// - Throws: SIZE_MISMATCH where the frame announces or produces another number; CODEC for every other fault.
  package func decompress(
    _ wire: ByteBuffer, plainLength: UInt32, windowLimit: UInt32
  ) throws(WireError) -> [UInt8] {
    var status = TESSERA_ZSTD_FAILED
    let plain = [UInt8](unsafeUninitializedCapacity: Int(plainLength)) { space, count in
      status = wire.withUnsafeReadableBytes {
        tessera_zstd_decode(
          context, $0.baseAddress, $0.count, space.baseAddress, Int(plainLength), UInt64(windowLimit))
      }
      // The decoder wrote every byte, or none of them is shown.
      count = status == TESSERA_ZSTD_OK ? Int(plainLength) : 0
    }
    switch status {
    case TESSERA_ZSTD_OK: return plain
    case TESSERA_ZSTD_SIZE_MISMATCH:
      throw WireError(.sizeMismatch, "a compressed chunk does not hold the \(plainLength) bytes of its header")
    case TESSERA_ZSTD_BROKEN: throw WireError(.codec, "a compressed chunk breaks the strict zstd profile")
    default: throw WireError(.internal, "zstd failed")
    }
  }
}
