extension ScenePainter {
  /// A row of trees along some kerbs.
  mutating func plannedTrees() -> [SceneObject] {
    var trees: [SceneObject] = []
    for side: Float in [-1, 1] where generator.chance(0.6) {
      let spacing = generator.uniform(7...16)
      var distance = generator.uniform(6...14)
      while distance < street.end {
        let x = street.center + side * (street.halfRoad + min(street.pavement - 0.5, 0.9))
        if isFree(distance) { trees.append(SceneObject(kind: .tree, x: x, distance: distance)) }
        distance += spacing * generator.uniform(0.7...1.4)
      }
    }
    return trees
  }

  /// Lamp posts and signs along both kerbs.
  mutating func plannedPoles() -> [SceneObject] {
    var poles: [SceneObject] = []
    for side: Float in [-1, 1] {
      var distance = generator.uniform(4...14)
      while distance < min(street.end, 60) {
        let x = street.center + side * (street.halfRoad + 0.45)
        if isFree(distance) { poles.append(SceneObject(kind: .pole, x: x, distance: distance)) }
        distance += generator.uniform(6...20)
      }
    }
    return poles
  }

  /// Whether a distance lies outside the crossing road.
  func isFree(_ distance: Float) -> Bool {
    guard let crossing = street.crossing else { return true }
    return distance < crossing.lowerBound - 0.5 || distance > crossing.upperBound + 0.5
  }

  /// Paints a trunk that stands on the ground and a crown of overlapping leaf balls on it.
  mutating func paintTree(x: Float, distance: Float) {
    let height = generator.uniform(4...9)
    let crown = height * generator.uniform(0.26...0.36)
    let trunk = generator.uniform(0.10...0.22)
    let bark = Shade(0.30, 0.23, 0.17) * generator.uniform(0.6...1.4)
    let leaf =
      switch generator.index(below: 5) {
      case 0: Shade(0.55, 0.35, 0.12)
      case 1: Shade(0.38, 0.40, 0.33)
      default: Shade(0.20, 0.38, 0.12) * generator.uniform(0.6...1.5)
      }
    let foot = camera.project(x, 0, distance)
    let metre = camera.focal / distance
    canvas.shadow(foot, SIMD2(crown, crown * camera.height / distance) * metre, 0.4)
    canvas.begin(.tree)
    canvas.rectangle(
      camera.project(x - trunk, 0, distance), camera.project(x + trunk, height - crown, distance),
      style.seen(bark * style.frontLight, at: distance))
    let (noise, style) = (noise, style)
    for ball in 0..<11 {
      let spread = ball == 0 ? 0 : crown * 0.75
      let radius = crown * (ball == 0 ? 0.85 : generator.uniform(0.3...0.55))
      let center = camera.project(
        x + generator.uniform(-1...1) * spread, height - crown + generator.uniform(-0.9...0.9) * spread, distance)
      let light = generator.uniform(0.75...1.15)
      canvas.ellipse(center, SIMD2(radius, radius) * metre) { column, row in
        let (u, v) = (Float(column) / metre * 4, Float(row) / metre * 4)
        let fleck = 0.65 + 0.5 * noise.smooth(u, v) + 0.25 * noise.cell(column, row)
        return style.seen(leaf * fleck * light, at: distance)
      }
    }
  }

  /// Paints a thin post with a lamp, a sign or nothing on it; never thinner than a pixel.
  mutating func paintPole(x: Float, distance: Float) {
    let shade = style.seen(generator.tinted(generator.uniform(0.1...0.75), 0.05), at: distance)
    let radius = generator.uniform(0.04...0.09)
    canvas.begin(.pole)
    switch generator.index(below: 3) {
    case 0:
      let height = generator.uniform(5...8)
      let reach = (x > street.center ? -1 : 1) * generator.uniform(0.8...1.8)
      post(x, height, radius, distance, shade)
      canvas.rectangle(
        camera.project(x, height, distance), camera.project(x + reach, height - 0.12, distance), shade)
      canvas.rectangle(
        camera.project(x + reach * 0.7, height, distance), camera.project(x + reach * 1.2, height - 0.25, distance),
        shade * 1.1)
    case 1:
      let height = generator.uniform(2.2...3.2)
      post(x, height, radius, distance, shade)
      let face = style.seen(generator.paint() * style.frontLight, at: distance)
      let metre = camera.focal / distance
      canvas.ellipse(camera.project(x, height, distance), SIMD2(0.35, 0.35) * metre) { _, _ in face }
    default:
      post(x, generator.uniform(4...9), radius, distance, shade)
    }
  }

  private mutating func post(_ x: Float, _ height: Float, _ radius: Float, _ distance: Float, _ shade: Shade) {
    canvas.rectangle(
      camera.project(x - radius, 0, distance), camera.project(x + radius, height, distance), shade)
  }
}
