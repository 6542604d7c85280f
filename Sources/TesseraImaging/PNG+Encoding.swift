import CTesseraPNG
public import TesseraLabels

/// Encoding: nothing but header, palette, image data and end is written, so the same pixels make the same bytes.
extension PNG {
  /// Encodes a picture as RGB of 8 bits.
  ///
  /// - Throws: ``PNGError/zeroSize(width:height:)`` for an empty picture.
  public static func encode(_ image: Image) throws(PNGError) -> [UInt8] {
    try PNGCodec.encode(image.pixels, width: image.width, height: image.height, format: TESSERA_PNG_COLOR8)
  }

  /// Encodes ids as a palette PNG of 8 bits, in which the index of a pixel is its id.
  ///
  /// - Throws: ``PNGError/paletteSize(_:)`` for none or more than 256 colours; ``PNGError/indexBeyondPalette`` for an
  ///   id without a colour; ``PNGError/zeroSize(width:height:)`` for an empty map.
  public static func encode(_ map: RawLabelMap, palette: [Color]) throws(PNGError) -> [UInt8] {
    guard (1...256).contains(palette.count) else { throw .paletteSize(palette.count) }
    let indices: [UInt8]
    switch map.ids {
    case .u8(let ids):
      try checkIndices(ids, width: map.width, palette: palette)
      indices = ids
    case .u16(let ids):
      try checkIndices(ids, width: map.width, palette: palette)
      indices = ids.map { UInt8($0) }
    }
    return try PNGCodec.encode(
      indices, width: map.width, height: map.height, format: TESSERA_PNG_PALETTE8,
      palette: palette.flatMap { [$0.red, $0.green, $0.blue] })
  }

  /// Encodes ids as a grey PNG of as many bits as the map stores: 8 or 16.
  ///
  /// - Throws: ``PNGError/zeroSize(width:height:)`` for an empty map.
  public static func encodeGray(_ map: RawLabelMap) throws(PNGError) -> [UInt8] {
    switch map.ids {
    case .u8(let ids):
      try PNGCodec.encode(ids, width: map.width, height: map.height, format: TESSERA_PNG_GRAY8)
    case .u16(let ids):
      try PNGCodec.encode(ids, width: map.width, height: map.height, format: TESSERA_PNG_GRAY16)
    }
  }

  /// Encodes class indices as a palette PNG with the classes' colours: the form of predictions.
  ///
  /// Void pixels, if there are any, take the entry after the last class. Where more than 256 entries are needed the
  /// file is 16-bit grey.
  ///
  /// - Throws: ``PNGError/zeroSize(width:height:)`` for an empty map.
  /// - Precondition: `map.classCount == labelSet.count`.
  public static func encodePalette(
    _ map: LabelMap, labelSet: LabelSet, voidColor: Color = .black
  ) throws(PNGError) -> [UInt8] {
    precondition(
      map.classCount == labelSet.count, "PNG: a map of \(map.classCount) classes with a set of \(labelSet.count)")
    let void = UInt16(labelSet.count)
    let indices = map.indices(void: void)
    let colors = labelSet.classes.map(\.color) + (indices.contains(void) ? [voidColor] : [])
    let raw = RawLabelMap(width: map.width, height: map.height, ids: indices)
    return colors.count <= 256 ? try encode(raw, palette: colors) : try encodeGray(raw)
  }

  /// Encodes the ids that the label set's files store: the lowest id that means a pixel's label.
  ///
  /// The file is a palette PNG with each id in the colour of what it means, or 16-bit grey where an id passes 255.
  ///
  /// - Throws: ``PNGError/noStoredID(_:)`` where no id means a label of the map; ``PNGError/zeroSize(width:height:)``
  ///   for an empty map.
  /// - Precondition: `map.classCount == labelSet.count`.
  public static func encodeStoredIDs(
    _ map: LabelMap, labelSet: LabelSet, voidColor: Color = .black
  ) throws(PNGError) -> [UInt8] {
    precondition(
      map.classCount == labelSet.count, "PNG: a map of \(map.classCount) classes with a set of \(labelSet.count)")
    var lowestIDs: [Label: UInt16] = [:]
    for (id, label) in labelSet.meanings { lowestIDs[label] = min(UInt16(id), lowestIDs[label] ?? .max) }
    let void = UInt16(labelSet.count)
    let idsOfIndices = (0...labelSet.count).map { lowestIDs[$0 == labelSet.count ? .void : .index($0)] }

    var ids = map.indices(void: void)
    for place in ids.indices {
      let index = ids[place]
      guard let id = idsOfIndices[Int(index)] else { throw .noStoredID(index == void ? .void : .index(Int(index))) }
      ids[place] = id
    }
    let raw = RawLabelMap(width: map.width, height: map.height, ids: ids)
    let entryCount = (labelSet.meanings.keys.max() ?? 0) + 1
    guard entryCount <= 256 else { return try encodeGray(raw) }
    let palette = (0..<entryCount).map { id in
      if case .index(let index) = labelSet.meanings[id] { labelSet.classes[index].color } else { voidColor }
    }
    return try encode(raw, palette: palette)
  }
}

extension Color {
  /// No light.
  public static let black = Color(red: 0, green: 0, blue: 0)
}
