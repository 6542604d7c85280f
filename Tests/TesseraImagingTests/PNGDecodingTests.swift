import TesseraImaging
import TesseraLabels
import Testing

/// Every colour type, depth and interlacing against values that were computed elsewhere.
@Suite struct PNGDecodingTests {
  @Test func goldensAreComplete() {
    #expect(Golden.all.count == 38)
    #expect(Golden.all.count { $0.ids != nil } == 22)
  }

  @Test(arguments: Golden.all)
  func imageMatches(_ golden: Golden) throws {
    let image = try PNG.decodeImage(golden.png)
    #expect(image == Image(width: golden.width, height: golden.height, pixels: golden.rgb))
  }

  @Test(arguments: Golden.all)
  func labelMapHoldsStoredValues(_ golden: Golden) throws {
    guard let stored = golden.ids else {
      let colorType = try PNG.header(of: golden.png).colorType
      #expect(throws: PNGError.colorCodedLabelMap(colorType)) { try PNG.decodeLabelMap(golden.png) }
      return
    }
    let map = try PNG.decodeLabelMap(golden.png)
    if golden.name.contains("16") {
      let ids = stride(from: 0, to: stored.count, by: 2).map { UInt16(stored[$0]) | UInt16(stored[$0 + 1]) << 8 }
      #expect(map == RawLabelMap(width: golden.width, height: golden.height, ids: ids))
    } else {
      #expect(map == RawLabelMap(width: golden.width, height: golden.height, ids: stored))
    }
  }

  @Test func oneBitLabelsStayZeroAndOne() throws {
    let png = PNGForge(width: 3, height: 1, bitDepth: 1).finished(data: [0, 0b1010_0000])
    #expect(try PNG.decodeLabelMap(png) == RawLabelMap(width: 3, height: 1, ids: [1, 0, 1] as [UInt8]))
    #expect(try PNG.decodeImage(png).pixels == [255, 255, 255, 0, 0, 0, 255, 255, 255])
  }

  @Test func sixteenBitsAreRounded() throws {
    // 128 and 129 lie on either side of 128.5 = 257 / 2; cutting would make 0 of both.
    let values = [0, 128, 129, 0x7FFF, 0xFF7E, 0xFF7F, 0xFFFF]
    let data: [UInt8] = [0] + values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    let png = PNGForge(width: values.count, height: 1, bitDepth: 16).finished(data: data)
    let image = try PNG.decodeImage(png)
    let expected = values.map { UInt8((Double($0) / 257).rounded()) }
    #expect(image.pixels == expected.flatMap { [$0, $0, $0] })
    #expect(expected == [0, 0, 1, 127, 254, 255, 255])
  }

  @Test func animationShowsDefaultImage() throws {
    var forge = PNGForge(width: 2, height: 1)
    forge.add("acTL", bigEndian(1) + bigEndian(0))
    forge.add("IDAT", PNGForge.stored([0, 7, 9]))
    forge.add("fcTL", [UInt8](repeating: 0, count: 26))
    forge.add("fdAT", bigEndian(1) + PNGForge.stored([0, 1, 1]))
    forge.add("IEND")
    #expect(try PNG.decodeLabelMap(forge.bytes) == RawLabelMap(width: 2, height: 1, ids: [7, 9] as [UInt8]))
    #expect(try PNG.structure(of: forge.bytes).isAnimated)
  }

  @Test func hostileTextIsNeverOpened() throws {
    var forge = PNGForge(width: 1, height: 1)
    forge.add("zTXt", Array("a\0\0".utf8) + PNGForge.zeros(matches: 4000))
    forge.add("iCCP", Array("a\0\0".utf8) + PNGForge.zeros(matches: 4000))
    forge.add("PLTE", [1, 2, 3])
    #expect(try PNG.decodeImage(forge.finished(data: [0, 5])).pixels == [5, 5, 5])
  }

  @Test func bytesAfterTheEndAreIgnored() throws {
    let golden = try Golden.named("gray8")
    #expect(try PNG.decodeImage(golden.png + [1, 2, 3]).pixels == golden.rgb)
  }
}
