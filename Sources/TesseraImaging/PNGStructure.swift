public import TesseraLabels

/// The chunks of a PNG, held against the rules of the format before anything is inflated.
///
/// libpng is later shown only what lies in `decodable`: header, palette, image data and end. No other chunk is ever
/// parsed, so none can inflate, convert or allocate anything.
public struct PNGStructure: Hashable, Sendable {
  /// Size and kind of the pixels.
  public let header: PNGHeader
  /// The colours of a palette image, 1 to 256; empty for any other.
  public let palette: [Color]
  /// Whether further frames follow the default image (APNG).
  public let isAnimated: Bool

  /// The stretches of the file that hold the pixels.
  let decodable: [Range<Int>]

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Walks the chunks up to the end chunk; bytes after it are not looked at.
  ///
  /// Checksums are compared for the header, the palette and the end; image data is compared when it is inflated, and
  /// what is not read may be damaged.
  init(_ bytes: [UInt8], limits: PNGLimits) throws(PNGError) {
    try limits.check(fileBytes: bytes.count)
    header = try PNGHeader(bytes)

    var palette: [Color]?
    var paletteRange: Range<Int>?
    var imageData: Range<Int>?
    var isAnimated = false
    var offset = PNGHeader.byteCount
    while true {
      let chunk = try PNGChunk(at: offset, in: bytes)
      offset = chunk.range.upperBound
      switch chunk.name {
      case "PLTE":
        guard palette == nil, imageData == nil else {
          throw .malformed(chunk: "PLTE", reason: "stands twice or after the image data")
        }
        palette = try Self.colors(in: chunk, of: bytes)
        paletteRange = chunk.range
      case "IDAT":
        if let before = imageData, before.upperBound != chunk.range.lowerBound {
          throw .malformed(chunk: "IDAT", reason: "is parted by another chunk")
        }
        imageData = (imageData ?? chunk.range).lowerBound..<chunk.range.upperBound
      case "IEND":
        guard let imageData else { throw .malformed(chunk: "IDAT", reason: "is missing") }
        guard chunk.payload.isEmpty else { throw .malformed(chunk: "IEND", reason: "is not empty") }
        try chunk.checkChecksum(in: bytes)
        // A palette is only a hint in other colour types, and libpng would complain about it in grey ones.
        let usesPalette = header.colorType == .palette
        if usesPalette, palette == nil { throw .missingPalette }
        self.palette = usesPalette ? palette ?? [] : []
        self.isAnimated = isAnimated
        decodable =
          [0..<PNGHeader.byteCount] + (usesPalette ? [paletteRange].compactMap { $0 } : []) + [imageData, chunk.range]
        return
      case "acTL": isAnimated = true
      case let name where chunk.isCritical:
        throw .malformed(
          chunk: name, reason: name == "CgBI" ? "marks Apple's own variant of PNG" : "is unknown but needed to decode")
      default: break
      }
    }
  }

  private static func colors(in chunk: PNGChunk, of bytes: [UInt8]) throws(PNGError) -> [Color] {
    let count = chunk.payload.count / 3
    guard chunk.payload.count == count * 3, (1...256).contains(count) else {
      throw .malformed(chunk: "PLTE", reason: "has \(chunk.payload.count) bytes, not 1 to 256 colours of 3")
    }
    try chunk.checkChecksum(in: bytes)
    return stride(from: chunk.payload.lowerBound, to: chunk.payload.upperBound, by: 3).map {
      Color(red: bytes[$0], green: bytes[$0 + 1], blue: bytes[$0 + 2])
    }
  }
}

extension PNG {
  /// Checks the chunks of a PNG without inflating anything.
  ///
  /// - Throws: whatever ``decodeImage(_:limits:)`` would, short of limits on pixels and damage to the image data.
  public static func structure(
    of bytes: [UInt8], limits: PNGLimits = .default
  ) throws(PNGError) -> PNGStructure {
    try PNGStructure(bytes, limits: limits)
  }
}
