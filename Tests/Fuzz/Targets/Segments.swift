import TestSupport

/// Cuts a stream into pieces, as a network might.
struct Segments {
  /// The pieces in order, none empty.
  let pieces: [ArraySlice<UInt8>]

  /// - Parameter pattern: decides where; 0 leaves the stream whole, 1 makes single bytes.
  init(_ stream: ArraySlice<UInt8>, pattern: UInt8) {
    guard pattern > 0, !stream.isEmpty else {
      pieces = stream.isEmpty ? [] : [stream]
      return
    }
    var generator = SplitMix64(seed: UInt64(pattern))
    // Single bytes, or pieces of up to 4, 16, 64 or 256.
    let most: UInt64 = pattern == 1 ? 1 : 4 << (2 * UInt64(pattern % 4))
    var pieces: [ArraySlice<UInt8>] = []
    var left = stream
    while !left.isEmpty {
      let count = Int(1 + generator.next() % most)
      pieces.append(left.prefix(count))
      left = left.dropFirst(count)
    }
    self.pieces = pieces
  }
}
