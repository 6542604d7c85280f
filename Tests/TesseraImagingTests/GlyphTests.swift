import Testing

@testable import TesseraImaging

@Suite struct GlyphTests {
  @Test func everyPrintableCharacterHasItsOwnShape() {
    var seen: Set<[Int]> = []
    for code in UInt8(0x20)..<0x7F {
      let points = Glyph.of(Character(UnicodeScalar(code))).points
      #expect(points.allSatisfy { (0..<Glyph.width).contains($0.x) && (0..<Glyph.height).contains($0.y) })
      #expect(points.isEmpty == (code == 0x20))
      #expect(seen.insert(points.map { $0.y * Glyph.width + $0.x }).inserted, "character \(code)")
    }
  }

  @Test(arguments: ["é", "木", "\n", "👩‍👩‍👧"] as [Character])
  func othersAreBoxes(_ character: Character) {
    #expect(Glyph.of(character).points.count == 20)
  }

  @Test func lettersAreClippedToTheCanvas() {
    var canvas = Canvas(width: 3, height: 3, filledWith: .black)
    canvas.write("WWW", x: -4, y: -4, scale: 3, Ink.text)
    canvas.fill(x: 10, y: 10, width: 5, height: 5, Ink.text)
    canvas.fill(x: -10, y: -10, width: 5, height: 5, Ink.text)
    canvas.draw(Image(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 12)), x: 2, y: -1)
    #expect(canvas.image.pixels[6...8] == [9, 9, 9])
  }
}
