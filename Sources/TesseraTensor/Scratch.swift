/// Memory that one operation works in.
///
/// Taken after the operation's results and returned with its end, so any free block will do.
struct Scratch {
  private let storage: TensorStorage

  init(bytes: Int) { storage = TensorStorage(bytes: bytes, reuse: .smallestThatFits) }

  init(numbers: Int) { self.init(bytes: numbers * MemoryLayout<Float>.stride) }

  var address: UnsafeMutableRawPointer { storage.address }

  var pointer: UnsafeMutablePointer<Float> { storage.address.assumingMemoryBound(to: Float.self) }
}
