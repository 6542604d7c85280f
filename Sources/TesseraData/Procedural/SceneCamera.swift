/// A pinhole camera above a flat ground, looking along a straight street.
///
/// Metres: `x` to the right, `height` above the ground, `distance` ahead. Pixels: from the upper left corner.
struct SceneCamera: Sendable {
  /// Pixels per metre at a distance of one metre.
  let focal: Float
  /// Height above the ground.
  let height: Float
  /// Where everything far away ends up.
  let vanishingColumn, horizonRow: Float

  /// The pixel position of a point.
  func project(_ x: Float, _ height: Float, _ distance: Float) -> SIMD2<Float> {
    SIMD2(
      vanishingColumn + focal * x / distance,
      horizonRow + focal * (self.height - height) / distance)
  }

  /// The distance of the ground that a row below the horizon shows.
  func groundDistance(row: Float) -> Float { focal * height / (row - horizonRow) }

  /// How far to the side a column shows things at a distance.
  func offset(column: Float, distance: Float) -> Float { (column - vanishingColumn) * distance / focal }
}
