import Testing

@testable import TesseraLabels

@Suite struct PaletteTests {
  @Test func pascalVOCColorsAreTheKnownOnes() {
    let palette = Palette.pascalVOC(count: 21)
    #expect(palette[.index(0)] == .black)
    #expect(palette[.index(1)] == Color(red: 128, green: 0, blue: 0))
    #expect(palette[.index(8)] == Color(red: 64, green: 0, blue: 0))
    #expect(palette[.index(15)] == Color(red: 192, green: 128, blue: 128))
    #expect(palette[.index(20)] == Color(red: 0, green: 64, blue: 128))
    #expect(palette[.void] == Color(red: 224, green: 224, blue: 192))
  }

  @Test(arguments: [0, 1, 2, 11, 256, 300, 4096])
  func distinctColorsDifferFromOneAnotherAndFromVoid(count: Int) {
    let palette = Palette.distinct(count: count)
    #expect(palette.colors.count == count)
    #expect(Set(palette.colors + [palette.void]).count == count + 1)
  }

  @Test func fewerColorsAreTheBeginningOfMore() {
    #expect(Palette.distinct(count: 19).colors == Array(Palette.distinct(count: 300).colors.prefix(19)))
  }

  @Test func distinctColorsAreFartherApartThanThoseOfPascalVOC() {
    func leastDistance(_ colors: [Color]) -> Int {
      colors.indices.flatMap { i in colors[..<i].map { $0.squaredDistance(to: colors[i]) } }.min() ?? 0
    }
    #expect(leastDistance(Palette.distinct(count: 21).colors) > leastDistance(Palette.pascalVOC(count: 21).colors))
  }

  @Test func voidIsAColorThatNoClassHas() throws {
    let black = LabelClass(name: "background", color: .black)
    let cream = LabelClass(name: "paper", color: Color(red: 224, green: 224, blue: 192))
    #expect(LabelSet.camVid.palette.void == .black)
    #expect(try LabelSet(classes: [black]).palette.void == cream.color)
    #expect(try LabelSet(classes: [black, cream]).palette.void == .white)
  }

  @Test func setOfNamesHasDistinctColors() throws {
    let names = (0..<300).map { "class \($0)" }
    let labelSet = try LabelSet(names: names)
    #expect(labelSet.palette.colors == Palette.distinct(count: 300).colors)
    #expect(throws: LabelSetError.classCount(4097)) { try LabelSet(names: (0...4096).map(String.init)) }
    #expect(throws: LabelSetError.classCount(0)) { try LabelSet(names: []) }
  }
}
