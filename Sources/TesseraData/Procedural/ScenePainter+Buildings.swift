/// The look of one facade.
struct FacadeStyle {
  let wall: Shade
  let window: Shade
  /// Metres from window to window, and from floor to floor.
  let pitch, floor: Float
  /// Share of pitch and floor that a window takes.
  let windowWidth, windowHeight: Float
  /// Whether the ground floor is a shop.
  let hasShop: Bool
  /// Share of windows that are lit.
  let lit: Float
}

extension ScenePainter {
  /// Paints what closes the street and then the houses of both sides, far ones first.
  mutating func paintBuildings() {
    paintStreetEnd()
    var houses: [SceneBox] = []
    for side: Float in [-1, 1] { houses += plannedHouses(side: side) }
    houses.sort { ($0.near, $0.left) > ($1.near, $1.left) }
    for house in houses {
      if generator.chance(0.85) {
        paintHouse(house)
      } else {
        paintGarden(house)
      }
    }
  }

  /// Closes the street by houses or trees, or leaves it open to the sky.
  private mutating func paintStreetEnd() {
    let distance = street.end
    switch generator.index(below: 3) {
    case 0:
      var x: Float = -street.end
      while x < street.end {
        let width = generator.uniform(7...16)
        paintHouse(
          SceneBox(
            left: x, right: x + width, bottom: 0, top: generator.uniform(5...18), near: distance, far: distance + 10))
        x += width
      }
    case 1:
      for i in -14..<14 {
        paintTree(x: Float(i) * distance / 14 + generator.uniform(-2...2), distance: distance)
      }
    default: break
    }
  }

  private mutating func plannedHouses(side: Float) -> [SceneBox] {
    var houses: [SceneBox] = []
    let facade = street.facade(side: side)
    var distance = generator.uniform(1...5)
    while distance < street.end {
      let length = generator.uniform(6...18)
      if let crossing = street.crossing, distance < crossing.upperBound + 2, distance + length > crossing.lowerBound - 2
      {
        if crossing.lowerBound - 2 - distance > 3 {
          houses.append(plannedHouse(facade, side, distance, crossing.lowerBound - 2))
        }
        distance = crossing.upperBound + 2
        continue
      }
      houses.append(plannedHouse(facade, side, distance, min(distance + length, street.end)))
      distance += length + (generator.chance(0.3) ? generator.uniform(1...6) : 0)
    }
    return houses
  }

  private mutating func plannedHouse(_ facade: Float, _ side: Float, _ near: Float, _ far: Float) -> SceneBox {
    let setback = generator.chance(0.3) ? generator.uniform(0...2) : 0
    let inner = facade + side * setback
    let outer = inner + side * generator.uniform(8...14)
    return SceneBox(
      left: min(inner, outer), right: max(inner, outer), bottom: 0, top: generator.uniform(4...19), near: near, far: far
    )
  }

  private mutating func paintHouse(_ house: SceneBox) {
    let brightness = generator.uniform(0.25...0.85)
    let wall =
      switch generator.index(below: 4) {
      case 0: Shade(0.62, 0.33, 0.25) * generator.uniform(0.7...1.2)
      case 1: generator.tinted(brightness, 0.02)
      case 2: generator.tinted(brightness, 0.15)
      default: style.skyBottom * generator.uniform(0.5...0.95)
      }
    let glass = generator.chance(0.5) ? style.skyTop * 0.6 : generator.tinted(generator.uniform(0.05...0.35), 0.04)
    let facade = FacadeStyle(
      wall: wall, window: glass, pitch: generator.uniform(1.6...3.6), floor: generator.uniform(2.6...3.6),
      windowWidth: generator.uniform(0.35...0.75), windowHeight: generator.uniform(0.4...0.7),
      hasShop: generator.chance(0.35), lit: generator.uniform(0...0.25))
    canvas.begin(.building)
    paintFront(house, facade)
    paintSide(house, facade)
  }

  /// Paints the wall that faces the camera.
  private mutating func paintFront(_ house: SceneBox, _ facade: FacadeStyle) {
    guard house.near > 1 else { return }
    let low = camera.project(house.left, 0, house.near)
    let high = camera.project(house.right, house.top, house.near)
    for column in clipped(low.x, high.x, canvas.width) {
      let u = camera.offset(column: Float(column) + 0.5, distance: house.near) - house.left
      for row in clipped(high.y, low.y, canvas.height) {
        let v = camera.height - (Float(row) + 0.5 - camera.horizonRow) * house.near / camera.focal
        let shade = self.shade(of: facade, u, v, height: house.top, length: house.right - house.left)
        canvas.paint(column, row, style.seen(shade * style.frontLight, at: house.near))
      }
    }
  }

  /// Paints the wall along the street, column by column: each shows another distance.
  private mutating func paintSide(_ house: SceneBox, _ facade: FacadeStyle) {
    guard house.left > 0 || house.right < 0 else { return }
    let x = house.left > 0 ? house.left : house.right
    let light = house.left > 0 ? style.leftLight : style.rightLight
    let near = camera.project(x, 0, house.near).x
    let far = camera.project(x, 0, house.far).x
    for column in clipped(min(near, far), max(near, far), canvas.width) {
      let side = (Float(column) + 0.5 - camera.vanishingColumn) / x
      guard side > 0 else { continue }
      let distance = camera.focal / side
      let top = camera.project(x, house.top, distance).y
      let bottom = camera.project(x, 0, distance).y
      for row in clipped(top, bottom, canvas.height) {
        let v = camera.height - (Float(row) + 0.5 - camera.horizonRow) * distance / camera.focal
        let shade = self.shade(
          of: facade, distance - house.near, v, height: house.top, length: house.far - house.near)
        canvas.paint(column, row, style.seen(shade * light, at: distance))
      }
    }
  }

  /// The colour of a facade at `u` metres along and `v` metres up.
  private func shade(of facade: FacadeStyle, _ u: Float, _ v: Float, height: Float, length: Float) -> Shade {
    let grime = 0.9 + 0.2 * noise.smooth(u * 0.8 + facade.pitch * 31, v * 0.8)
    let wall = facade.wall * grime
    if v > height - 0.4 { return wall * 0.8 }
    if facade.hasShop && v < 3 {
      return v > 0.5 && v < 2.5 && u.truncatingRemainder(dividingBy: 4) > 0.5 ? facade.window * 1.1 : wall * 0.85
    }
    guard v > 0.8, v < height - 1, u > 0.4, u < length - 0.4 else { return wall }
    let (across, up) = (u / facade.pitch, v / facade.floor)
    let isWindow =
      abs(across.truncatingRemainder(dividingBy: 1) - 0.5) < facade.windowWidth / 2
      && abs(up.truncatingRemainder(dividingBy: 1) - 0.55) < facade.windowHeight / 2
    guard isWindow else { return wall }
    let pane = noise.cell(Int(across) + 1000 * Int(facade.pitch * 100), Int(up))
    return pane < facade.lit ? Shade(0.95, 0.85, 0.55) : facade.window * (0.8 + 0.4 * pane)
  }

  /// Paints trees where a house could stand.
  private mutating func paintGarden(_ place: SceneBox) {
    for _ in 0..<3 {
      let x = place.left > 0 ? place.left + generator.uniform(1...5) : place.right - generator.uniform(1...5)
      paintTree(x: x, distance: place.near + generator.uniform(1...4))
    }
  }

  /// The pixels whose centres lie between two positions.
  private func clipped(_ low: Float, _ high: Float, _ limit: Int) -> Range<Int> {
    let first = Int(min(max(low.rounded(), 0), Float(limit)))
    return first..<max(first, Int(min(max(high.rounded(), 0), Float(limit))))
  }
}
