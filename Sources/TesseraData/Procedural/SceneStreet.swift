import TesseraTensor

/// The plan of a street: where road, pavements, crossing and facades lie, in metres.
struct SceneStreet: Sendable {
  /// Middle of the road as seen from the camera.
  let center: Float
  /// Half the width of the road.
  let halfRoad: Float
  /// Width of each pavement.
  let pavement: Float
  /// Distances between which another road crosses.
  let crossing: ClosedRange<Float>?
  /// Where the street ends.
  let end: Float

  init(using generator: inout Generator) {
    center = generator.uniform(-2...2)
    halfRoad = generator.uniform(3...5)
    pavement = generator.uniform(1.8...4)
    end = generator.uniform(45...110)
    let start = generator.uniform(12...40)
    crossing = generator.chance(0.35) ? start...(start + generator.uniform(6...9)) : nil
  }

  /// Where the facades of a side stand; `side` is −1 for left and 1 for right.
  func facade(side: Float) -> Float { center + side * (halfRoad + pavement) }

  /// Whether a point of the ground belongs to a road.
  func isRoad(_ x: Float, _ distance: Float) -> Bool {
    abs(x - center) < halfRoad || crossing?.contains(distance) == true
  }
}
