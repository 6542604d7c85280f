extension Palette {
  /// The colours that Pascal VOC gives its class indices, cream for void.
  ///
  /// Bits 0, 1 and 2 of an index become the highest bit of red, green and blue, bits 3, 4 and 5 the next, and so on.
  /// Class 0, the background, is black.
  ///
  /// - Precondition: `count` lies in `0...16_777_216`; beyond, colours would repeat.
  ///
  /// Source: VOC development kit, `VOClabelcolormap.m`.
  public static func pascalVOC(count: Int) -> Palette {
    precondition((0...1 << 24).contains(count), "Palette: \(count) classes")
    return Palette(colors: (0..<count).map(Color.init(pascalVOCIndex:)), void: .cream)
  }
}

extension Color {
  /// The colour that Pascal VOC gives this index, which lies in `0..<16_777_216`.
  init(pascalVOCIndex index: Int) {
    var parts: (red: UInt8, green: UInt8, blue: UInt8) = (0, 0, 0)
    for level in 0..<8 {
      let bits = UInt8(truncatingIfNeeded: index >> (3 * level) & 7)
      parts.red |= (bits & 1) << (7 - level)
      parts.green |= (bits >> 1 & 1) << (7 - level)
      parts.blue |= (bits >> 2 & 1) << (7 - level)
    }
    self.init(red: parts.red, green: parts.green, blue: parts.blue)
  }
}
