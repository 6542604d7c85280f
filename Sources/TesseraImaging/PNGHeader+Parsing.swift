extension PNGHeader {
  /// Reads signature and first chunk; further bytes are not looked at.
  init(_ bytes: [UInt8]) throws(PNGError) {
    try Self.checkSignature(bytes)
    guard bytes.count >= Self.byteCount else { throw .truncated(byteCount: bytes.count, chunk: "IHDR") }
    let chunk = try PNGChunk(at: PNGStructure.signature.count, in: bytes)
    guard chunk.name == "IHDR" else {
      throw .malformed(
        chunk: chunk.name, reason: chunk.name == "CgBI" ? "marks Apple's own variant of PNG" : "stands before IHDR")
    }
    guard chunk.payload.count == 13 else {
      throw .malformed(chunk: "IHDR", reason: "has \(chunk.payload.count) bytes, not 13")
    }
    try chunk.checkChecksum(in: bytes)

    let start = chunk.payload.lowerBound
    let width = Int(bytes.bigEndian32(at: start))
    let height = Int(bytes.bigEndian32(at: start + 4))
    guard width > 0, height > 0 else { throw .zeroSize(width: width, height: height) }
    guard width <= Int(Int32.max), height <= Int(Int32.max) else {
      throw .malformed(chunk: "IHDR", reason: "gives the size as \(width)×\(height)")
    }
    guard let colorType = PNGColorType(rawValue: bytes[start + 9]) else {
      throw .unsupportedColorType(bytes[start + 9])
    }
    let bitDepth = Int(bytes[start + 8])
    guard colorType.bitDepths.contains(bitDepth) else {
      throw .unsupportedBitDepth(bitDepth, colorType: colorType)
    }
    guard bytes[start + 10] == 0, bytes[start + 11] == 0, bytes[start + 12] <= 1 else {
      throw .malformed(chunk: "IHDR", reason: "names an unknown compression, filter or interlace method")
    }
    self.init(
      width: width, height: height, bitDepth: bitDepth, colorType: colorType, isInterlaced: bytes[start + 12] == 1)
  }

  private static func checkSignature(_ bytes: [UInt8]) throws(PNGError) {
    if bytes.isEmpty { throw .empty }
    let signature = PNGStructure.signature
    if bytes.starts(with: signature) { return }
    if signature.starts(with: bytes) { throw .truncated(byteCount: bytes.count, chunk: "IHDR") }
    throw .notPNG(found: lookalikes.first { bytes.starts(with: $0.start) }?.name)
  }

  /// How the formats begin that get mistaken for PNG.
  private static let lookalikes: [(start: [UInt8], name: String)] = [
    ([0xFF, 0xD8, 0xFF], "a JPEG"),
    (Array("GIF8".utf8), "a GIF"),
    (Array("BM".utf8), "a BMP"),
    (Array("II*\0".utf8), "a TIFF"),
    (Array("MM\0*".utf8), "a TIFF"),
    (Array("RIFF".utf8), "a WebP or another RIFF file"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0A], "a PNG whose line ends were changed by a transfer in text mode"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0D], "a PNG whose line ends were changed by a transfer in text mode"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer whose file was not fetched"),
  ]
}

extension PNG {
  /// Reads size and kind of the pixels from the first ``PNGHeader/byteCount`` bytes, before anything is inflated.
  ///
  /// - Throws: ``PNGError`` where the bytes do not begin with a sound header.
  public static func header(of bytes: [UInt8]) throws(PNGError) -> PNGHeader {
    try PNGHeader(bytes)
  }
}
