/// Random numbers that belong to a place, so that a texture does not depend on the order in which it is painted.
struct SceneNoise: Sendable {
  let seed: UInt32

  /// A number in `0..<1` for a cell of a grid.
  func cell(_ x: Int, _ y: Int) -> Float {
    var h = seed &+ UInt32(truncatingIfNeeded: x) &* 0x9e37_79b1 &+ UInt32(truncatingIfNeeded: y) &* 0x85eb_ca6b
    h ^= h >> 16
    h &*= 0x7feb_352d
    h ^= h >> 15
    h &*= 0x846c_a68b
    h ^= h >> 16
    return Float(h >> 8) * 0x1p-24
  }

  /// A number in `0..<1` that changes smoothly over cells of size 1.
  func smooth(_ x: Float, _ y: Float) -> Float {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (i, j) = (Int(max(-1e6, min(1e6, left))), Int(max(-1e6, min(1e6, top))))
    let (u, v) = (ease(x - left), ease(y - top))
    let upper = cell(i, j) + (cell(i + 1, j) - cell(i, j)) * u
    let lower = cell(i, j + 1) + (cell(i + 1, j + 1) - cell(i, j + 1)) * u
    return upper + (lower - upper) * v
  }

  private func ease(_ t: Float) -> Float { t * t * (3 - 2 * t) }
}
