import TesseraImaging
import TesseraLabels
import Testing

@Suite struct PNGEncodingTests {
  private let colors = [
    Color(red: 255, green: 0, blue: 0), Color(red: 0, green: 255, blue: 0), Color(red: 0, green: 0, blue: 255),
  ]

  private func labelSet(_ count: Int, voidIDs: Set<Int> = []) throws -> LabelSet {
    try LabelSet(
      classes: (0..<count).map { LabelClass(name: "class \($0)", color: colors[$0 % 3]) }, voidIDs: voidIDs)
  }

  @Test(arguments: [(1, 1), (1, 9), (9, 1), (17, 5)])
  func imageComesBack(_ width: Int, _ height: Int) throws {
    let image = Image(
      width: width, height: height, pixels: (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 7) }
    )
    let png = try PNG.encode(image)
    #expect(try PNG.decodeImage(png) == image)
    #expect(try PNG.encode(image) == png)
    #expect(chunkNames(png) == ["IHDR", "IDAT", "IEND"])
  }

  @Test func nothingCannotBeEncoded() throws {
    #expect(throws: PNGError.zeroSize(width: 0, height: 0)) {
      try PNG.encode(Image(width: 0, height: 0, pixels: []))
    }
    #expect(throws: PNGError.zeroSize(width: 3, height: 0)) {
      try PNG.encodeGray(RawLabelMap(width: 3, height: 0, ids: [] as [UInt16]))
    }
  }

  @Test func predictionWithoutVoidHasThePaletteOfTheModel() throws {
    let map = LabelMap(width: 3, height: 1, classCount: 3, indices: [2, 0, 1])
    let png = try PNG.encodePalette(map, labelSet: labelSet(3))
    let structure = try PNG.structure(of: png)
    #expect(structure.header.colorType == .palette && structure.header.bitDepth == 8)
    #expect(!structure.header.isInterlaced)
    #expect(structure.palette == colors)
    #expect(chunkNames(png) == ["IHDR", "PLTE", "IDAT", "IEND"])
    #expect(try PNG.decodeLabelMap(png) == RawLabelMap(width: 3, height: 1, ids: [2, 0, 1] as [UInt8]))
    #expect(try PNG.decodeImage(png).pixels == [0, 0, 255, 255, 0, 0, 0, 255, 0])
  }

  @Test func voidTakesTheNextEntry() throws {
    let map = LabelMap(width: 2, height: 1, classCount: 3, labels: [.void, .index(1)])
    let white = Color(red: 255, green: 255, blue: 255)
    let png = try PNG.encodePalette(map, labelSet: labelSet(3), voidColor: white)
    #expect(try PNG.structure(of: png).palette == colors + [white])
    #expect(try PNG.decodeLabelMap(png) == RawLabelMap(width: 2, height: 1, ids: [3, 1] as [UInt8]))
  }

  @Test func paletteEndsAt256Entries() throws {
    let full = LabelMap(width: 2, height: 1, classCount: 256, indices: [255, 0])
    let fullPNG = try PNG.encodePalette(full, labelSet: labelSet(256))
    #expect(try PNG.decodeLabelMap(fullPNG) == RawLabelMap(width: 2, height: 1, ids: [255, 0] as [UInt8]))

    let withVoid = LabelMap(width: 2, height: 1, classCount: 256, labels: [.index(255), .void])
    let voidPNG = try PNG.encodePalette(withVoid, labelSet: labelSet(256))
    #expect(try PNG.decodeLabelMap(voidPNG) == RawLabelMap(width: 2, height: 1, ids: [255, 256] as [UInt16]))

    let many = LabelMap(width: 2, height: 1, classCount: 300, indices: [299, 0])
    let manyPNG = try PNG.encodePalette(many, labelSet: labelSet(300))
    #expect(try PNG.header(of: manyPNG).bitDepth == 16)
    #expect(try PNG.decodeLabelMap(manyPNG) == RawLabelMap(width: 2, height: 1, ids: [299, 0] as [UInt16]))
  }

  @Test func storedIDsComeBack() throws {
    let set = try LabelSet(
      classes: [LabelClass(name: "a", color: colors[0]), LabelClass(name: "b", color: colors[1])],
      meanings: [7: .index(0), 4: .index(0), 128: .index(1), 255: .void])
    let map = LabelMap(width: 3, height: 1, classCount: 2, labels: [.index(0), .index(1), .void])
    let png = try PNG.encodeStoredIDs(map, labelSet: set)
    #expect(try PNG.decodeLabelMap(png) == RawLabelMap(width: 3, height: 1, ids: [4, 128, 255] as [UInt8]))
    let palette = try PNG.structure(of: png).palette
    #expect(palette.count == 256 && palette[7] == colors[0] && palette[128] == colors[1])
  }

  @Test func storedIDsBeyondABytesReachAreGray() throws {
    let set = try LabelSet(
      classes: [LabelClass(name: "a", color: colors[0])], meanings: [1000: .index(0), 65_535: .void])
    let map = LabelMap(width: 2, height: 1, classCount: 1, labels: [.index(0), .void])
    let png = try PNG.encodeStoredIDs(map, labelSet: set)
    #expect(try PNG.decodeLabelMap(png) == RawLabelMap(width: 2, height: 1, ids: [1000, 65_535] as [UInt16]))
  }

  @Test func labelsWithoutStoredIDAreRefused() throws {
    let map = LabelMap(width: 1, height: 1, classCount: 2, labels: [.void])
    #expect(throws: PNGError.noStoredID(.void)) { try PNG.encodeStoredIDs(map, labelSet: labelSet(2)) }
    let set = try LabelSet(classes: labelSet(2).classes, meanings: [0: .index(0)])
    let second = LabelMap(width: 1, height: 1, classCount: 2, indices: [1])
    #expect(throws: PNGError.noStoredID(.index(1))) { try PNG.encodeStoredIDs(second, labelSet: set) }
  }

  @Test func palettesAreChecked() {
    let map = RawLabelMap(width: 2, height: 2, ids: [0, 1, 2, 3] as [UInt8])
    #expect(throws: PNGError.indexBeyondPalette(index: 3, entryCount: 3, x: 1, y: 1)) {
      try PNG.encode(map, palette: colors)
    }
    #expect(throws: PNGError.paletteSize(0)) { try PNG.encode(map, palette: []) }
    #expect(throws: PNGError.paletteSize(257)) {
      try PNG.encode(map, palette: Array(repeating: .black, count: 257))
    }
    let wide = RawLabelMap(width: 1, height: 1, ids: [256] as [UInt16])
    #expect(throws: PNGError.indexBeyondPalette(index: 256, entryCount: 256, x: 0, y: 0)) {
      try PNG.encode(wide, palette: Array(repeating: .black, count: 256))
    }
  }
}
