import TesseraTensor

extension SceneCanvas {
  /// Which pixels are void: those at which a thing farther away touches a nearer one.
  ///
  /// The nearer one keeps all of its pixels, so that thin poles do not vanish behind their own border.
  func borders() -> [Bool] {
    var borders = [Bool](repeating: false, count: width * height)
    func touches(_ i: Int, _ j: Int) {
      if objects[i] < objects[j] { borders[i] = true }
      if objects[j] < objects[i] { borders[j] = true }
    }
    for y in 0..<height {
      for x in 0..<width {
        let i = y * width + x
        if x + 1 < width { touches(i, i + 1) }
        if y + 1 < height { touches(i, i + width) }
      }
    }
    return borders
  }

  /// The picture as a camera records it: blurred, exposed and noisy, `[height, width, 3]`.
  func recorded(style: SceneStyle, using generator: inout Generator) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let shade = blurred(x, y, style.blur) * style.exposure
        // The sum of four uniform numbers is close to normal: variance 4/12.
        for channel in 0..<3 {
          let bits = generator.next()
          var sum: Float = -2
          for part in 0..<4 { sum += Float(UInt16(truncatingIfNeeded: bits >> UInt64(16 * part))) * 0x1p-16 }
          let value = shade[channel] + sum * 1.732 * style.noise
          bytes.append(UInt8(min(max(value * 255, 0), 255).rounded()))
        }
      }
    }
    return bytes
  }

  private func blurred(_ x: Int, _ y: Int, _ share: Float) -> Shade {
    let (left, right) = (max(0, x - 1), min(width - 1, x + 1))
    let (above, below) = (max(0, y - 1), min(height - 1, y + 1))
    let around =
      shades[y * width + left] + shades[y * width + right] + shades[above * width + x] + shades[below * width + x]
    return shades[y * width + x] * (1 - share) + around * (share / 4)
  }
}
