/// A sample in memory: the bytes of its image and the class of each pixel.
struct DecodedSample: Sendable {
  let name: String
  let width: Int
  let height: Int
  /// Red, green and blue of each pixel, row by row from the top, `[height, width, 3]`.
  let pixels: [UInt8]
  /// Class indices, `[height, width]`, with ``Batch/void`` for void pixels.
  let classes: [UInt16]

  /// Bytes that the sample holds in memory.
  var byteCount: Int { pixels.count + 2 * classes.count }
}
