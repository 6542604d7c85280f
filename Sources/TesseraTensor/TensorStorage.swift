/// The elements of a tensor: a block of the pool, returned when the last tensor lets go.
///
/// The only `@unchecked Sendable`: a block is written through the one tensor that owns it uniquely (checked by
/// `isKnownUniquelyReferenced` at each write) or while it is being made, before anyone else can see it. From then on it
/// is only read.
final class TensorStorage: @unchecked Sendable {
  let elements: UnsafeMutablePointer<Float>
  let count: Int

  /// Takes a block for `count` elements, which hold whatever was there before.
  init(count: Int) {
    self.count = count
    elements = StoragePool.take(max(count, 1) * MemoryLayout<Float>.stride).bindMemory(to: Float.self, capacity: count)
  }

  deinit {
    StoragePool.give(elements, bytes: max(count, 1) * MemoryLayout<Float>.stride)
  }
}
