extension ScenePainter {
  /// Paints the sky with clouds over the whole picture.
  mutating func paintSky() {
    canvas.begin(.sky)
    for y in 0..<canvas.height {
      let share = min(1, Float(y) / max(1, camera.horizonRow))
      let base = style.skyTop * (1 - share) + style.skyBottom * share
      for x in 0..<canvas.width {
        let (u, v) = (Float(x) / Float(canvas.width) * 5, Float(y) / Float(canvas.width) * 11)
        let billow = 0.65 * noise.smooth(u, v) + 0.35 * noise.smooth(2.7 * u + 9, 2.7 * v)
        let cloud = max(0, min(1, (billow - 0.45) * 4)) * style.cloudiness
        canvas.paint(x, y, base * (1 - cloud) + Shade(0.95, 0.95, 0.96) * cloud)
      }
    }
  }

  /// Paints pavement and road below the horizon, with markings, slabs, patches and the shade of one side's houses.
  mutating func paintGround() {
    let shadowEdge = street.center + generator.uniform(-1.2...1.2) * street.halfRoad
    let shadow = generator.uniform(0.55...0.95)
    let shadowIsLeft = style.leftLight > style.rightLight
    let hasMarkings = generator.chance(0.8)
    let firstRow = max(0, Int(camera.horizonRow.rounded(.up)))
    for layer in [SceneClass.pavement, .road] {
      canvas.begin(layer)
      for y in min(firstRow, canvas.height)..<canvas.height {
        let row = Float(y) + 0.5
        guard row > camera.horizonRow else { continue }
        let distance = camera.groundDistance(row: row)
        for column in 0..<canvas.width {
          let x = camera.offset(column: Float(column) + 0.5, distance: distance)
          let isRoad = distance < 400 && street.isRoad(x, distance)
          guard isRoad == (layer == .road) else { continue }
          var shade = isRoad ? roadShade(x, distance, hasMarkings) : pavementShade(x, distance)
          shade *= 0.88 + 0.24 * noise.smooth(x * 0.7 + 50, distance * 0.35)
          if (x < shadowEdge) == shadowIsLeft { shade *= shadow }
          canvas.paint(column, y, style.seen(shade, at: distance))
        }
      }
    }
  }

  private func roadShade(_ x: Float, _ distance: Float, _ hasMarkings: Bool) -> Shade {
    let inCrossing = street.crossing?.contains(distance) == true
    if hasMarkings, !inCrossing {
      let offset = abs(x - street.center)
      let isDash = (distance / 5).truncatingRemainder(dividingBy: 1) < 0.55
      if offset < 0.09 && isDash { return Shade(repeating: 0.85) }
      if abs(offset - street.halfRoad + 0.3) < 0.06 { return Shade(0.8, 0.75, 0.5) }
    }
    return style.road
  }

  private func pavementShade(_ x: Float, _ distance: Float) -> Shade {
    let edge = abs(x - street.center) - street.halfRoad
    if edge < 0.18 { return style.pavement * 1.2 }
    let slab = noise.cell(Int((x / 0.9).rounded(.down)), Int(min(distance, 1e5) / 0.9))
    return style.pavement * (0.92 + 0.16 * slab)
  }
}
