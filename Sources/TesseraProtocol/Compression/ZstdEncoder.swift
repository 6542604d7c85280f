internal import CTesseraZstd
package import NIOCore

/// Compresses chunks, each to one frame of the strict profile, with one context for all of them.
package struct ZstdEncoder: ~Copyable {
  private let context: OpaquePointer

  /// The levels in use: higher ones have had rare faults that damage data, and gain little.
  package static let levels = 1...3

  /// - Returns: nil where no memory is left.
  /// - Precondition: `level` lies in ``levels``.
  package init?(level: Int = 1) {
    precondition(Self.levels.contains(level), "ZstdEncoder: level \(level) outside \(Self.levels)")
    guard let context = tessera_zstd_encoder_create(Int32(level)) else { return nil }
    self.context = context
  }

  deinit { tessera_zstd_encoder_free(context) }

  /// Compresses bytes; nil where the result would not be smaller, so that they should travel plain.
  package func compress(_ plain: UnsafeRawBufferPointer) -> ByteBuffer? {
    guard plain.count > 1 else { return nil }
    let capacity = plain.count - 1
    var wire = ByteBuffer()
    let written = wire.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { space in
      var written = 0
      let status = tessera_zstd_encode(
        context, plain.baseAddress, plain.count, space.baseAddress, capacity, &written)
      return status == TESSERA_ZSTD_OK ? written : 0
    }
    return written > 0 ? wire : nil
  }
}
