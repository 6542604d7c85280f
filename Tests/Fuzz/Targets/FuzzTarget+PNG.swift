import CTesseraPNG
import TesseraImaging
import TesseraLabels

extension FuzzTarget {
  /// Pictures and label maps.
  static let png = FuzzTarget(
    name: "png", longest: 1024,
    examples: {
      let ids = RawLabelMap(width: 3, height: 2, ids: [0, 1, 2, 2, 1, 0] as [UInt8])
      let wide = RawLabelMap(width: 2, height: 2, ids: [0, 300, 65_535, 7] as [UInt16])
      let image = Image(width: 2, height: 3, pixels: (0..<18).map { UInt8($0 * 13) })
      let palette = [Color(red: 1, green: 2, blue: 3), .black, Color(red: 255, green: 0, blue: 0)]
      let own = [
        try PNG.encode(image), try PNG.encode(ids, palette: palette), try PNG.encodeGray(ids),
        try PNG.encodeGray(wide),
      ]
      // Every kind of pixel, interlaced and not, with image data that is stored and not compressed.
      let kinds: [(UInt8, [UInt8])] = [
        (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
      ]
      return own
        + kinds.flatMap { color, depths in
          depths.flatMap { depth in
            [UInt8(0), 1].map { PNGBytes.stored(color: color, depth: depth, interlaced: $0) }
          }
        }
    },
    check: { (input) throws(BrokenPromise) in
      let header = try? PNG.header(of: input)
      let image = try read { () throws(PNGError) in try PNG.decodeImage(input, limits: limits) }
      let map = try read { () throws(PNGError) in try PNG.decodeLabelMap(input, limits: limits) }
      guard image != nil || map != nil else { return }
      guard let header else { throw BrokenPromise("a PNG without a header is decoded") }
      let count = header.width * header.height
      try promise(count <= limits.maximumPixelCount, "\(count) pixels are decoded")
      try checkPoisoned(input, header, image)
      if let image {
        try promise(
          image.width == header.width && image.height == header.height && image.pixels.count == 3 * count,
          "the picture has another size than its header")
        let again = try read { () throws(PNGError) in try PNG.decodeImage(try PNG.encode(image)) }
        try promise(again == image, "a picture changes when it is written and read")
      }
      if let map {
        try promise(map.width == header.width && map.height == header.height, "the map has another size")
        try promise(image != nil, "a map is read from what is no picture")
        let again = try read { () throws(PNGError) in try PNG.decodeLabelMap(try PNG.encodeGray(map)) }
        try promise(again == map, "a label map changes when it is written and read")
      }
    }, repair: .whole { PNGBytes.repair(&$0) })

  private static let limits = PNGLimits(
    maximumPixelCount: 1 << 14, maximumSide: 1 << 10, maximumMemory: 4 << 20, maximumInflatedBytes: 1 << 18,
    maximumFileBytes: 1 << 16)

  /// A value, or nil for an error that is one line.
  private static func read<Value>(_ body: () throws(PNGError) -> Value) throws(BrokenPromise) -> Value? {
    do throws(PNGError) {
      return try body()
    } catch {
      try promiseOneLine("\(error)")
      return nil
    }
  }

  /// Decodes into memory of two patterns: what was not written shows, and so does what was written behind the end.
  private static func checkPoisoned(
    _ input: [UInt8], _ header: PNGHeader, _ image: Image?
  ) throws(BrokenPromise) {
    let isPalette = header.colorType == .palette
    let length = header.width * header.height * (isPalette ? 1 : 3)
    let needed = ["IHDR", "IDAT", "IEND"] + (isPalette ? ["PLTE"] : [])
    let ranges =
      [tessera_png_range(offset: 0, count: 8)]
      + PNGBytes.chunks(of: input).filter { needed.contains($0.name) }
      .map { tessera_png_range(offset: $0.range.lowerBound, count: $0.range.count) }
    var message = [CChar](repeating: 0, count: 160)
    var first: [UInt8]?
    for pattern in [Poison.byte, ~Poison.byte] {
      var space = [UInt8](repeating: pattern, count: length + 64)
      let status = tessera_png_decode(
        input, ranges, ranges.count, isPalette ? TESSERA_PNG_STORED : TESSERA_PNG_RGB8, &space, length, 4 << 20,
        &message, message.count)
      try promise(space[length...].allSatisfy { $0 == pattern }, "the decoder writes behind the end")
      guard status == TESSERA_PNG_OK else {
        return try promise(image == nil, "the same picture is read once and refused once")
      }
      space.removeLast(64)
      if let first { try promise(first == space, "some pixels were never written") }
      first = space
    }
    if let image, !isPalette { try promise(image.pixels == first, "the same picture is read in two ways") }
  }
}
