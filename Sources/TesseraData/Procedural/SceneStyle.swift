import TesseraTensor

/// What a scene's light and materials are like; drawn apart from its geometry, so that colour alone decides nothing.
struct SceneStyle: Sendable {
  let skyTop, skyBottom: Shade
  /// How much of the sky is cloud.
  let cloudiness: Float
  let road, pavement: Shade
  /// Brightness of surfaces that face left, right and towards the camera.
  let leftLight, rightLight, frontLight: Float
  /// Distance at which haze hides half of a thing's colour.
  let haze: Float
  /// Factor on everything, by channel.
  let exposure: Shade
  /// Standard deviation of the camera's noise.
  let noise: Float
  /// Share of each pixel that its neighbours make up.
  let blur: Float

  init(using generator: inout Generator) {
    switch generator.index(below: 4) {
    case 0:  // blue
      skyTop = Shade(0.28, 0.48, 0.85) * generator.uniform(0.8...1.1)
      skyBottom = Shade(0.70, 0.82, 0.95)
      cloudiness = generator.uniform(0...0.7)
    case 1:  // overcast
      let grey = generator.uniform(0.55...0.95)
      skyTop = Shade(repeating: grey * 0.9)
      skyBottom = Shade(repeating: grey)
      cloudiness = 0.2
    case 2:  // evening
      skyTop = Shade(0.35, 0.35, 0.60)
      skyBottom = Shade(0.95, 0.65, 0.45)
      cloudiness = generator.uniform(0...0.5)
    default:  // glare
      skyTop = Shade(0.85, 0.88, 0.92)
      skyBottom = Shade(0.98, 0.97, 0.94)
      cloudiness = 0.1
    }
    let asphalt = generator.uniform(0.22...0.52)
    road = generator.tinted(asphalt, 0.04)
    pavement = generator.tinted(asphalt + generator.uniform(-0.08...0.28), 0.07)
    let sunFromLeft = generator.chance(0.5)
    let shade = generator.uniform(0.55...0.9)
    leftLight = sunFromLeft ? 1 : shade
    rightLight = sunFromLeft ? shade : 1
    frontLight = generator.uniform(0.6...1)
    haze = generator.uniform(60...400)
    exposure = generator.tinted(1, 0.08) * generator.uniform(0.55...1.1)
    noise = generator.uniform(0.01...0.035)
    blur = generator.uniform(0.1...0.5)
  }

  /// A colour as it looks from a distance.
  func seen(_ shade: Shade, at distance: Float) -> Shade {
    let share = distance / (distance + haze)
    return shade * (1 - share) + skyBottom * share
  }
}

extension Generator {
  /// A number in a range.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * Float(uniform())
  }

  /// Whether something of this probability happens.
  mutating func chance(_ probability: Float) -> Bool { Float(uniform()) < probability }

  /// A grey that leans a little towards some colour.
  mutating func tinted(_ grey: Float, _ tint: Float) -> Shade {
    Shade(uniform(-tint...tint), uniform(-tint...tint), uniform(-tint...tint)) + grey
  }

  /// Any paint: grey shades half of the time, as on streets.
  mutating func paint() -> Shade {
    if chance(0.5) { return tinted(uniform(0.08...0.92), 0.03) }
    return Shade(uniform(0.05...0.9), uniform(0.05...0.9), uniform(0.05...0.9))
  }
}
