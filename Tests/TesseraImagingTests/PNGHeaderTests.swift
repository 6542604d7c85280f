import TesseraImaging
import Testing

@Suite struct PNGHeaderTests {
  @Test(arguments: Golden.all)
  func firstBytesSuffice(_ golden: Golden) throws {
    let header = try PNG.header(of: Array(golden.png.prefix(PNGHeader.byteCount)))
    #expect(header.width == golden.width && header.height == golden.height)
    #expect(header.isInterlaced == golden.name.contains("adam7"))
    #expect(golden.name.hasPrefix("\(kinds[header.colorType] ?? "?")\(header.bitDepth)"))
  }

  private let kinds: [PNGColorType: String] = [
    .gray: "gray", .rgb: "rgb", .palette: "palette", .grayAlpha: "grayalpha", .rgba: "rgba",
  ]

  @Test func zeroSizes() {
    for (width, height) in [(0, 0), (0, 3), (3, 0)] {
      #expect(throws: PNGError.zeroSize(width: width, height: height)) {
        try PNG.header(of: PNGForge(width: width, height: height).bytes)
      }
    }
  }

  @Test func sizesBeyondTheFormat() {
    let png = PNGForge(width: 1 << 31, height: 1).bytes
    #expect(throws: PNGError.malformed(chunk: "IHDR", reason: "gives the size as 2147483648×1")) {
      try PNG.header(of: png)
    }
  }

  @Test func depthsAndColorTypes() {
    for colorType in UInt8.min...7 {
      for depth in UInt8.min...17 {
        let png = PNGForge(width: 1, height: 1, bitDepth: depth, colorType: colorType).bytes
        let allowed: [UInt8: [UInt8]] = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
        let expected: PNGError? =
          if let depths = allowed[colorType], let type = PNGColorType(rawValue: colorType) {
            depths.contains(depth) ? nil : .unsupportedBitDepth(Int(depth), colorType: type)
          } else {
            .unsupportedColorType(colorType)
          }
        #expect(error(png) == expected)
      }
    }
  }

  @Test func unknownMethods() {
    #expect(error(PNGForge(width: 1, height: 1, interlace: 2).bytes) != nil)
  }

  @Test func otherFormatsAreNamed() {
    #expect(error([]) == .empty)
    #expect(error([0xFF, 0xD8, 0xFF, 0xE0]) == .notPNG(found: "a JPEG"))
    #expect(error(Array("GIF89a".utf8)) == .notPNG(found: "a GIF"))
    #expect(error([1, 2, 3]) == .notPNG(found: nil))
    #expect(error([0x89, 0x50]) == .truncated(byteCount: 2, chunk: "IHDR"))
  }

  @Test func inflatedSizeCountsPasses() throws {
    for golden in Golden.all {
      let header = try PNG.header(of: golden.png)
      #expect(header.inflatedByteCount == inflatedByteCount(header), "\(golden.name)")
    }
  }

  /// Counts the bits of each row of each pass pixel by pixel.
  private func inflatedByteCount(_ header: PNGHeader) -> Int {
    // The pass that each pixel of an 8×8 tile belongs to, as the format draws it.
    let tile = [
      "16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777",
    ].map(Array.init)
    var bits: [[Int]: Int] = [:]
    for y in 0..<header.height {
      for x in 0..<header.width {
        let pass = header.isInterlaced ? Int(String(tile[y % 8][x % 8])) ?? 0 : 0
        bits[[pass, y], default: 0] += header.bitDepth * header.colorType.channelCount
      }
    }
    return bits.values.reduce(0) { $0 + 1 + ($1 + 7) / 8 }
  }

  private func error(_ bytes: [UInt8]) -> PNGError? {
    do {
      _ = try PNG.header(of: bytes)
      return nil
    } catch {
      return error
    }
  }
}
