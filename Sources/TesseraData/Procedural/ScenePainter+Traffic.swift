extension ScenePainter {
  /// Cars parked at the kerbs, driving in the lanes and passing on the crossing road.
  mutating func plannedCars() -> [SceneObject] {
    var cars: [SceneObject] = []
    let parks = generator.chance(0.7)
    for side: Float in [-1, 1] {
      let heading: CarHeading = side > 0 ? .away : .towards
      let lane: Float = street.halfRoad > 4.2 && parks ? 0.28 : 0.5
      cars += row(
        at: street.center + side * street.halfRoad * lane, heading: heading, from: generator.uniform(6...30),
        gap: 8...45, chance: 0.6)
      if parks && street.halfRoad > 4.2 {
        cars += row(
          at: street.center + side * (street.halfRoad - 1.05), heading: heading, from: generator.uniform(4...16),
          gap: 0.6...12, chance: 0.7)
      }
    }
    if let crossing = street.crossing, generator.chance(0.7) {
      let distance = crossing.lowerBound + 1.5
      let x = generator.uniform(-9...9)
      cars.removeAll { abs($0.distance - distance) < 7 }
      cars.append(SceneObject(kind: .car(heading: .across), x: x, distance: distance))
    }
    return cars
  }

  private mutating func row(
    at x: Float, heading: CarHeading, from start: Float, gap: ClosedRange<Float>, chance: Float
  ) -> [SceneObject] {
    var cars: [SceneObject] = []
    var distance = start
    while distance < min(street.end, 70) {
      if generator.chance(chance) && isFree(distance) && isFree(distance + 4.4) {
        cars.append(SceneObject(kind: .car(heading: heading), x: x, distance: distance))
      }
      distance += 4.6 + generator.uniform(gap)
    }
    return cars
  }

  /// Pedestrians on the pavements, and now and then on the road.
  mutating func plannedPedestrians() -> [SceneObject] {
    var pedestrians: [SceneObject] = []
    for _ in 0..<generator.index(below: 9) {
      let distance = generator.uniform(5...32)
      let side: Float = generator.chance(0.5) ? -1 : 1
      let walk = street.halfRoad + 0.7 + generator.uniform(0...1) * max(0, street.pavement - 1.1)
      let crosses = generator.chance(0.12)
      let x = street.center + (crosses ? generator.uniform(-1...1) * street.halfRoad : side * walk)
      pedestrians.append(SceneObject(kind: .pedestrian, x: x, distance: distance))
    }
    return pedestrians
  }

  /// Paints a car: wheels on the ground, body, cabin with windows, lights.
  mutating func paintCar(x: Float, distance: Float, heading: CarHeading) {
    let paint = generator.paint()
    let isVan = generator.chance(0.15)
    let top: Float = isVan ? 2.1 : generator.uniform(1.35...1.6)
    let belt: Float = isVan ? 1.15 : 0.88
    let (halfWidth, length): (Float, Float) = heading == .across ? (2.1, 1.75) : (0.9, 4.2)
    let body = SceneBox(
      left: x - halfWidth, right: x + halfWidth, bottom: 0.28, top: belt, near: distance, far: distance + length)
    let foot = camera.project(x, 0, distance + length * 0.3)
    let metre = camera.focal / distance
    canvas.shadow(foot, SIMD2(halfWidth * 1.25, max(0.35, camera.height / distance * length * 0.8)) * metre, 0.75)
    canvas.begin(.car)
    paintWheels(body)
    paintBox(body, paint)
    var cabin = body
    cabin.bottom = belt
    cabin.top = top
    if heading == .across {
      cabin.left += halfWidth * 0.4
      cabin.right -= halfWidth * 0.35
    } else {
      cabin.left += 0.12
      cabin.right -= 0.12
      cabin.near += isVan || heading == .towards ? 0.9 : 0.3
      cabin.far -= 0.6
    }
    paintBox(cabin, paint * 0.95)
    paintWindows(cabin)
    if heading != .across { paintLights(body, heading) }
  }

  private mutating func paintWheels(_ body: SceneBox) {
    let rubber = style.seen(Shade(repeating: 0.07), at: body.near)
    let metre = camera.focal / body.near
    let isAcross = body.right - body.left > 2
    if isAcross {
      for share: Float in [0.2, 0.8] {
        let center = camera.project(body.left + (body.right - body.left) * share, 0.31, body.near)
        canvas.ellipse(center, SIMD2(0.31, 0.31) * metre) { _, _ in rubber }
      }
      canvas.rectangle(
        camera.project(body.left + 0.3, 0.16, body.near), camera.project(body.right - 0.3, 0.3, body.near), rubber)
      return
    }
    for left in [body.left + 0.04, body.right - 0.26] {
      canvas.rectangle(camera.project(left, 0, body.near), camera.project(left + 0.22, 0.4, body.near), rubber)
    }
    canvas.rectangle(
      camera.project(body.left + 0.1, 0.16, body.near), camera.project(body.right - 0.1, 0.34, body.near), rubber)
    guard body.left > 0 || body.right < 0 else { return }
    let x = body.left > 0 ? body.left : body.right
    for share: Float in [0.2, 0.8] {
      let distance = body.near + (body.far - body.near) * share
      let step: Float = 0.31
      canvas.polygon(
        [
          camera.project(x, 0, distance - step), camera.project(x, 0.5, distance - step),
          camera.project(x, 0.5, distance + step), camera.project(x, 0, distance + step),
        ], rubber)
    }
  }

  private mutating func paintWindows(_ cabin: SceneBox) {
    let glass = style.seen(style.skyTop * 0.3 + 0.05, at: cabin.near)
    let (low, high) = (cabin.bottom + 0.08, cabin.top - 0.1)
    canvas.rectangle(
      camera.project(cabin.left + 0.12, low, cabin.near), camera.project(cabin.right - 0.12, high, cabin.near), glass)
    guard cabin.left > 0 || cabin.right < 0 else { return }
    let x = cabin.left > 0 ? cabin.left : cabin.right
    let (near, far) = (cabin.near + 0.2, cabin.far - 0.2)
    canvas.polygon(
      [
        camera.project(x, low, near), camera.project(x, high, near), camera.project(x, high, far),
        camera.project(x, low, far),
      ], glass)
  }

  private mutating func paintLights(_ body: SceneBox, _ heading: CarHeading) {
    let lamp = heading == .away ? Shade(0.75, 0.08, 0.06) : Shade(0.95, 0.93, 0.8)
    let shade = style.seen(lamp, at: body.near)
    for left in [body.left + 0.06, body.right - 0.36] {
      canvas.rectangle(
        camera.project(left, body.top - 0.12, body.near), camera.project(left + 0.3, body.top - 0.3, body.near), shade)
    }
    canvas.rectangle(
      camera.project(body.left + 0.65, 0.5, body.near), camera.project(body.right - 0.65, 0.4, body.near),
      style.seen(Shade(repeating: 0.85), at: body.near))
  }

  /// Paints a person who stands or strides: legs on the ground, trunk, arms, head.
  mutating func paintPedestrian(x: Float, distance: Float) {
    let height = generator.chance(0.15) ? generator.uniform(1.0...1.35) : generator.uniform(1.55...1.92)
    let stride = height * generator.uniform(0.03...0.13)
    let skin = style.seen(Shade(0.85, 0.65, 0.52) * generator.uniform(0.35...1.1), at: distance)
    let coat = style.seen(generator.paint() * style.frontLight, at: distance)
    let trousers = style.seen(generator.paint() * 0.7, at: distance)
    let metre = camera.focal / distance
    func point(_ side: Float, _ share: Float) -> SIMD2<Float> { camera.project(x + side, height * share, distance) }
    canvas.shadow(point(0, 0), SIMD2(0.45, max(0.12, 0.4 * camera.height / distance)) * metre, 0.6)
    canvas.begin(.pedestrian)
    for side: Float in [-1, 1] {
      let foot = side * stride
      let leg = height * 0.055
      canvas.polygon(
        [
          point(foot - leg, 0), point(side * 0.06 - leg, 0.5), point(side * 0.06 + leg, 0.5), point(foot + leg, 0),
        ], trousers)
    }
    // Far away the legs are thinner than a pixel; this keeps the person on the ground.
    canvas.rectangle(point(-0.05, 0), point(0.05, 0.5), trousers)
    canvas.rectangle(point(-0.13 * height, 0.46), point(0.13 * height, 0.8), coat)
    canvas.ellipse(point(0, 0.68), SIMD2(0.145, 0.2) * height * metre) { _, _ in coat }
    canvas.ellipse(point(0, 0.92), SIMD2(0.06, 0.085) * height * metre) { _, _ in skin }
    canvas.rectangle(point(-0.035 * height, 0.88), point(0.035 * height, 0.97), skin)
  }
}
