package import TesseraLabels

/// A picture in the making: rectangles, letters and other pictures, each clipped to its edges.
package struct Canvas {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  private var pixels: [UInt8]

  /// Begins with one colour everywhere.
  package init(width: Int, height: Int, filledWith color: Color) {
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      for _ in 0..<width * height {
        buffer[count] = color.red
        buffer[count + 1] = color.green
        buffer[count + 2] = color.blue
        count += 3
      }
    }
  }

  /// The picture as it is now.
  package var image: Image { Image(width: width, height: height, pixels: pixels) }

  /// Fills a rectangle.
  package mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    let columns = (x..<x + width).clamped(to: 0..<self.width)
    for row in (y..<y + height).clamped(to: 0..<self.height) {
      for column in columns {
        let place = (row * self.width + column) * 3
        pixels[place] = color.red
        pixels[place + 1] = color.green
        pixels[place + 2] = color.blue
      }
    }
  }

  /// Copies a picture to where its top left pixel is (`x`, `y`).
  package mutating func draw(_ image: Image, x: Int, y: Int) {
    let columns = (x..<x + image.width).clamped(to: 0..<width)
    for row in (y..<y + image.height).clamped(to: 0..<height) {
      let target = (row * width + columns.lowerBound) * 3
      let source = ((row - y) * image.width + columns.lowerBound - x) * 3
      pixels.replaceSubrange(
        target..<target + columns.count * 3, with: image.pixels[source..<source + columns.count * 3])
    }
  }

  /// Writes one line of letters, each point a square of `scale` pixels.
  package mutating func write(_ text: String, x: Int, y: Int, scale: Int, _ color: Color) {
    for (index, character) in text.enumerated() {
      let left = x + index * Self.advance * scale
      for point in Glyph.of(character).points {
        fill(x: left + point.x * scale, y: y + point.y * scale, width: scale, height: scale, color)
      }
    }
  }

  /// Points from one letter to the next.
  package static let advance = Glyph.width + 1

  /// Pixels that a line of letters takes.
  package static func width(of text: String, scale: Int) -> Int {
    max(0, text.count * advance - 1) * scale
  }
}
