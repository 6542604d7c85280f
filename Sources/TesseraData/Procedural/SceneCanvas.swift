/// Red, green and blue in `0...1`, before light.
typealias Shade = SIMD3<Float>

/// The picture that grows from far to near: colour, class and painted object of each pixel.
struct SceneCanvas: Sendable {
  let width: Int
  let height: Int
  var shades: [Shade]
  var classes: [SceneClass]
  /// Which object shows at a pixel, numbered in painting order, so nearer objects have larger numbers.
  var objects: [Int32]
  private var object: Int32 = 0
  private var objectClass = SceneClass.sky

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    shades = [Shade](repeating: .zero, count: width * height)
    classes = [SceneClass](repeating: .sky, count: width * height)
    objects = [Int32](repeating: 0, count: width * height)
  }

  /// Begins an object that lies before all earlier ones; what is painted next belongs to it.
  mutating func begin(_ objectClass: SceneClass) {
    object += 1
    self.objectClass = objectClass
  }

  /// Paints one pixel, if it lies in the picture.
  mutating func paint(_ x: Int, _ y: Int, _ shade: Shade) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    let i = y * width + x
    shades[i] = shade
    classes[i] = objectClass
    objects[i] = object
  }

  /// Darkens ground in an ellipse, without changing what it is.
  mutating func shadow(_ center: SIMD2<Float>, _ radius: SIMD2<Float>, _ strength: Float) {
    for y in rows(center.y - radius.y, center.y + radius.y) {
      for x in columns(center.x - radius.x, center.x + radius.x) {
        let i = y * width + x
        guard classes[i] == .road || classes[i] == .pavement else { continue }
        let offset = (SIMD2(Float(x), Float(y)) + 0.5 - center) / radius
        let distance = (offset * offset).sum()
        if distance < 1 { shades[i] *= 1 - strength * (1 - distance) }
      }
    }
  }

  /// Paints an ellipse.
  mutating func ellipse(
    _ center: SIMD2<Float>, _ radius: SIMD2<Float>, shade: (_ x: Int, _ y: Int) -> Shade
  ) {
    for y in rows(center.y - radius.y, center.y + radius.y) {
      for x in columns(center.x - radius.x, center.x + radius.x) {
        let offset = (SIMD2(Float(x), Float(y)) + 0.5 - center) / radius
        if (offset * offset).sum() <= 1 { paint(x, y, shade(x, y)) }
      }
    }
  }

  /// Paints a rectangle between two corners; at least one pixel wide and high, so that thin things do not vanish.
  mutating func rectangle(_ a: SIMD2<Float>, _ b: SIMD2<Float>, _ shade: Shade) {
    let (low, high) = (pointwiseMin(a, b), pointwiseMax(a, b))
    let left = Int(bounded(low.x).rounded())
    let top = Int(bounded(low.y).rounded())
    let right = max(left + 1, Int(bounded(high.x).rounded()))
    let bottom = max(top + 1, Int(bounded(high.y).rounded()))
    for y in max(0, top)..<max(max(0, top), min(height, bottom)) {
      for x in max(0, left)..<max(max(0, left), min(width, right)) { paint(x, y, shade) }
    }
  }

  /// Paints a convex polygon.
  mutating func polygon(_ corners: [SIMD2<Float>], _ shade: Shade) {
    let ys = corners.map(\.y)
    guard let top = ys.min(), let bottom = ys.max() else { return }
    for y in rows(top, bottom) {
      let level = Float(y) + 0.5
      var left = Float.infinity
      var right = -Float.infinity
      for (i, a) in corners.enumerated() {
        let b = corners[(i + 1) % corners.count]
        guard min(a.y, b.y) <= level, level < max(a.y, b.y) else { continue }
        let x = a.x + (b.x - a.x) * (level - a.y) / (b.y - a.y)
        left = min(left, x)
        right = max(right, x)
      }
      guard left < right else { continue }
      let first = max(0, Int(bounded(left).rounded()))
      for x in first..<max(first, min(width, Int(bounded(right).rounded()))) { paint(x, y, shade) }
    }
  }

  /// The rows whose centres may lie between two positions.
  private func rows(_ low: Float, _ high: Float) -> Range<Int> {
    let first = min(height, max(0, Int(bounded(low).rounded(.down))))
    return first..<max(first, min(height, Int(bounded(high).rounded(.up))))
  }

  /// The columns whose centres may lie between two positions.
  private func columns(_ low: Float, _ high: Float) -> Range<Int> {
    let first = min(width, max(0, Int(bounded(low).rounded(.down))))
    return first..<max(first, min(width, Int(bounded(high).rounded(.up))))
  }

  private func bounded(_ position: Float) -> Float { min(max(position, -1e5), 1e5) }
}
