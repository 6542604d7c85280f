/// The elements of a tensor: a block of the pool, returned when the last tensor lets go.
///
/// The only `@unchecked Sendable`: a block is written through the one tensor that owns it uniquely (checked by
/// `isKnownUniquelyReferenced` at each write) or while it is being made, before anyone else can see it. From then on it
/// is only read.
final class TensorStorage: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  let bytes: Int
  private let blockSize: Int

  /// Takes a block, which holds whatever was there before.
  init(bytes: Int, reuse: StoragePool.Reuse = .ownClass) {
    self.bytes = bytes
    (address, blockSize) = StoragePool.take(max(bytes, 1), reuse)
  }

  deinit { StoragePool.give(address, size: blockSize) }
}
