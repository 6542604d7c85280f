import CTesseraPNG
public import TesseraLabels

extension PNG {
  /// Decodes any PNG into three channels of 8 bits.
  ///
  /// Grey spreads to three channels with 1, 2 and 4 bits scaled to `0...255`; 16 bits become `round(value / 257)`;
  /// palette indices become their colours; opacity, transparent colours and gamma are ignored.
  ///
  /// - Throws: ``PNGError`` for whatever is not a whole, sound PNG within the limits.
  public static func decodeImage(_ bytes: [UInt8], limits: PNGLimits = .default) throws(PNGError) -> Image {
    let structure = try PNGStructure(bytes, limits: limits)
    let header = structure.header
    let count = header.width * header.height
    guard header.colorType == .palette else {
      let memory = try limits.check(header, bytesPerPixel: 3)
      let pixels = try PNGCodec.decode(
        bytes, structure, samples: TESSERA_PNG_RGB8, as: UInt8.self, count: count * 3, memory: memory)
      return Image(width: header.width, height: header.height, pixels: pixels)
    }
    let memory = try limits.check(header, bytesPerPixel: 4)
    let indices = try PNGCodec.decode(
      bytes, structure, samples: TESSERA_PNG_STORED, as: UInt8.self, count: count, memory: memory)
    try checkIndices(indices, width: header.width, palette: structure.palette)
    let palette = structure.palette
    let pixels = [UInt8](unsafeUninitializedCapacity: count * 3) { buffer, initializedCount in
      var place = 0
      for index in indices {
        let color = palette[Int(index)]
        buffer[place] = color.red
        buffer[place + 1] = color.green
        buffer[place + 2] = color.blue
        place += 3
      }
      initializedCount = place
    }
    return Image(width: header.width, height: header.height, pixels: pixels)
  }

  /// Decodes the ids that a label map stores: palette indices or grey values, neither scaled nor converted.
  ///
  /// Up to 8 bits give ids of one byte, 16-bit grey gives ids of two.
  ///
  /// - Throws: ``PNGError/colorCodedLabelMap(_:)`` where pixels are colours; ``PNGError/indexBeyondPalette`` where an
  ///   index has no colour, which tells of a damaged map; any other ``PNGError`` for what is not a sound PNG.
  public static func decodeLabelMap(_ bytes: [UInt8], limits: PNGLimits = .default) throws(PNGError) -> RawLabelMap {
    let structure = try PNGStructure(bytes, limits: limits)
    let header = structure.header
    guard header.colorType.channelCount == 1 else { throw .colorCodedLabelMap(header.colorType) }
    let count = header.width * header.height
    if header.bitDepth == 16 {
      let memory = try limits.check(header, bytesPerPixel: 2)
      let ids = try PNGCodec.decode(
        bytes, structure, samples: TESSERA_PNG_STORED, as: UInt16.self, count: count, memory: memory)
      return RawLabelMap(width: header.width, height: header.height, ids: ids)
    }
    let memory = try limits.check(header, bytesPerPixel: 1)
    let ids = try PNGCodec.decode(
      bytes, structure, samples: TESSERA_PNG_STORED, as: UInt8.self, count: count, memory: memory)
    if header.colorType == .palette { try checkIndices(ids, width: header.width, palette: structure.palette) }
    return RawLabelMap(width: header.width, height: header.height, ids: ids)
  }

  /// Refuses indices without a colour, naming the first.
  static func checkIndices(
    _ indices: [some FixedWidthInteger], width: Int, palette: [Color]
  ) throws(PNGError) {
    guard let largest = indices.max(), Int(largest) >= palette.count,
      let place = indices.firstIndex(where: { Int($0) >= palette.count })
    else { return }
    throw .indexBeyondPalette(
      index: Int(indices[place]), entryCount: palette.count, x: place % width, y: place / width)
  }
}
