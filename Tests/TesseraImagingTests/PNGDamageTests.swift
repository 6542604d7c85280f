import TesseraImaging
import TesseraLabels
import Testing

/// Damaged files: an error of the right kind, or exactly the pixels that were stored.
@Suite struct PNGDamageTests {
  private static let small = [
    "gray1", "gray16-adam7", "palette4", "palette8-adam7", "rgb8", "rgba16-adam7-3x2",
  ]

  @Test(arguments: small)
  func everyTruncationIsAnError(_ name: String) throws {
    let golden = try Golden.named(name)
    for count in golden.png.indices {
      let part = Array(golden.png.prefix(count))
      #expect(throws: PNGError.self) { try PNG.decodeImage(part) }
      let error = #expect(throws: PNGError.self) { try PNG.decodeLabelMap(part) }
      switch error {
      case .truncated(byteCount: count, chunk: _), .empty: break
      default: Issue.record("cut after \(count) bytes: \(String(describing: error))")
      }
    }
  }

  @Test(arguments: small, [UInt8(0x01), 0x20, 0xFF])
  func everyFlippedByteIsAnErrorOrHarmless(_ name: String, _ mask: UInt8) throws {
    let golden = try Golden.named(name)
    var harmless = 0
    for place in golden.png.indices {
      var png = golden.png
      png[place] ^= mask
      do {
        let image = try PNG.decodeImage(png)
        #expect(image.pixels == golden.rgb && image.width == golden.width, "byte \(place)")
        harmless += 1
      } catch {
        #expect(!"\(error)".contains("\n"))
      }
    }
    // Only gamma, text and transparency may be damaged unnoticed.
    #expect(harmless > 0 && harmless <= 70)
  }

  @Test func damagedChecksums() throws {
    let png = try Golden.named("palette4").png
    for name in ["IHDR", "PLTE", "IDAT", "IEND"] {
      var damaged = png
      let start = try #require(place(of: name, in: png))
      let length = png[start - 4..<start].reduce(0) { $0 << 8 | Int($1) }
      damaged[start + 4 + length + 3] ^= 1
      #expect(throws: PNGError.checksumMismatch(chunk: name)) { try PNG.decodeImage(damaged) }
    }
  }

  @Test func wrongAdlerIsAnError() throws {
    var forge = PNGForge(width: 2, height: 1)
    var data = PNGForge.stored([0, 7, 9])
    data[data.count - 1] ^= 1
    forge.add("IDAT", data)
    forge.add("IEND")
    #expect(throws: PNGError.damagedImageData(reason: "IDAT: incorrect data check")) {
      try PNG.decodeImage(forge.bytes)
    }
  }

  @Test(arguments: [0, 1, 2, 4, 20]) func wrongAmountOfDataIsAnError(_ count: Int) {
    let png = PNGForge(width: 2, height: 1).finished(data: [UInt8](repeating: 0, count: count))
    #expect { try PNG.decodeImage(png) } throws: { error in
      if case .damagedImageData = error as? PNGError { true } else { false }
    }
  }

  @Test func streamThatStopsEarlyIsAnError() {
    var forge = PNGForge(width: 2, height: 1)
    forge.add("IDAT", PNGForge.stored([0, 7, 9]).dropLast(5))
    forge.add("IEND")
    #expect { try PNG.decodeImage(forge.bytes) } throws: { error in
      if case .damagedImageData = error as? PNGError { true } else { false }
    }
  }

  @Test func unknownFilterIsAnError() {
    let png = PNGForge(width: 2, height: 1).finished(data: [9, 0, 0])
    #expect(throws: PNGError.self) { try PNG.decodeImage(png) }
  }

  @Test func missingPalette() {
    let png = PNGForge(width: 1, height: 1, colorType: 3).finished(data: [0, 0])
    #expect(throws: PNGError.missingPalette) { try PNG.decodeImage(png) }
    #expect(throws: PNGError.missingPalette) { try PNG.decodeLabelMap(png) }
  }

  @Test func indexBeyondPalette() {
    var forge = PNGForge(width: 2, height: 2, colorType: 3)
    forge.add("PLTE", [1, 2, 3, 4, 5, 6])
    let png = forge.finished(data: [0, 0, 1, 0, 1, 2])
    let expected = PNGError.indexBeyondPalette(index: 2, entryCount: 2, x: 1, y: 1)
    #expect(throws: expected) { try PNG.decodeImage(png) }
    #expect(throws: expected) { try PNG.decodeLabelMap(png) }
  }

  @Test(arguments: [0, 2, 4, 771]) func paletteOfWrongLength(_ count: Int) {
    var forge = PNGForge(width: 1, height: 1, colorType: 3)
    forge.add("PLTE", [UInt8](repeating: 0, count: count))
    let png = forge.finished(data: [0, 0])
    #expect(
      throws: PNGError.malformed(chunk: "PLTE", reason: "has \(count) bytes, not 1 to 256 colours of 3")
    ) { try PNG.decodeImage(png) }
  }

  @Test func misplacedChunks() {
    var twice = PNGForge(width: 1, height: 1, colorType: 3)
    twice.add("PLTE", [0, 0, 0])
    twice.add("PLTE", [0, 0, 0])
    var parted = PNGForge(width: 1, height: 1)
    parted.add("IDAT", [0x78])
    parted.add("tEXt", [0])
    var unknown = PNGForge(width: 1, height: 1)
    unknown.add("ABCD")
    var empty = PNGForge(width: 1, height: 1)
    empty.add("IEND")
    for (forge, chunk) in [(twice, "PLTE"), (parted, "IDAT"), (unknown, "ABCD")] {
      expectMalformed(chunk, forge.finished(data: [0, 0]))
    }
    expectMalformed("IDAT", empty.bytes)
  }

  private func expectMalformed(_ chunk: String, _ png: [UInt8]) {
    #expect { try PNG.decodeImage(png) } throws: { error in
      if case .malformed(chunk, _) = error as? PNGError { true } else { false }
    }
  }

  private func place(of name: String, in png: [UInt8]) -> Int? {
    let letters = Array(name.utf8)
    return png.indices.dropLast(4).first { Array(png[$0..<$0 + 4]) == letters }
  }
}
