import TesseraLabels
import Testing

@testable import TesseraImaging

@Suite struct OverlayTests {
  private let red = Color(red: 255, green: 0, blue: 0)
  private let blue = Color(red: 0, green: 0, blue: 255)

  private func set() throws -> LabelSet {
    try LabelSet(classes: [LabelClass(name: "red", color: red), LabelClass(name: "blue", color: blue)])
  }

  private func gray(_ width: Int, _ height: Int, _ value: UInt8 = 100) -> Image {
    Image(width: width, height: height, pixels: [UInt8](repeating: value, count: width * height * 3))
  }

  @Test func mixesColors() throws {
    let map = LabelMap(width: 1, height: 1, classCount: 2, indices: [0])
    let half = Overlay(labelSet: try set(), opacity: 0.5, drawsLegend: false).draw(map, over: gray(1, 1))
    #expect(half.pixels == [178, 50, 50])  // 177.5 rounded up
    let none = Overlay(labelSet: try set(), opacity: 0, drawsLegend: false).draw(map, over: gray(1, 1))
    #expect(none == gray(1, 1))
    let all = Overlay(labelSet: try set(), opacity: 1, drawsLegend: false).draw(map, over: gray(1, 1))
    #expect(all.pixels == [255, 0, 0])
  }

  @Test func boundariesAreFullAndVoidIsLeft() throws {
    let map = LabelMap(
      width: 5, height: 1, classCount: 2, labels: [.index(0), .index(0), .index(1), .index(1), .void])
    let overlay = Overlay(labelSet: try set(), opacity: 0, drawsBoundaries: true, drawsLegend: false)
    let result = overlay.draw(map, over: gray(5, 1))
    #expect(result.pixels == [100, 100, 100, 255, 0, 0, 0, 0, 255, 0, 0, 255, 100, 100, 100])
  }

  @Test(arguments: [(1, 1), (1, 300), (300, 1), (480, 360)])
  func legendIsReadable(_ width: Int, _ height: Int) throws {
    let map = LabelMap(
      width: width, height: height, classCount: 2, indices: [UInt16](repeating: 1, count: width * height))
    let result = Overlay(labelSet: try set()).draw(map, over: gray(width, height))
    #expect(result.width >= width && result.height > height)
    // The words are there in full: as many bright points as their letters have, each 2×2 pixels or larger.
    let layout = PictureLayout(width: width, height: height)
    let points = "blue 100.0%".reduce(0) { $0 + Glyph.of($1).points.count }
    let ink = [Ink.text.red, Ink.text.green, Ink.text.blue]
    let bright = stride(from: 0, to: result.pixels.count, by: 3).count { Array(result.pixels[$0..<$0 + 3]) == ink }
    #expect(layout.textScale >= 2)
    #expect(bright == points * layout.textScale * layout.textScale)
  }

  @Test func manyClassesAreCounted() throws {
    let many = try LabelSet(classes: (0..<500).map { LabelClass(name: "c\($0)", color: red) })
    let map = LabelMap(width: 500, height: 1, classCount: 500, indices: (0..<500).map { UInt16($0) })
    let result = Overlay(labelSet: many).draw(map, over: gray(500, 1))
    #expect(result.height < 1000)
  }

  @Test func panelShowsErrors() throws {
    let truth = LabelMap(width: 200, height: 1, classCount: 2, labels: (0..<200).map { $0 == 0 ? .void : .index(0) })
    let prediction = LabelMap(width: 200, height: 1, classCount: 2, indices: (0..<200).map { $0 < 3 ? 1 : 0 })
    let result = Panel(labelSet: try set()).draw(image: gray(200, 1), groundTruth: truth, prediction: prediction)
    let error = [Panel.errorColor.red, Panel.errorColor.green, Panel.errorColor.blue]
    let wrong = stride(from: 0, to: result.pixels.count, by: 3).count { Array(result.pixels[$0..<$0 + 3]) == error }
    #expect(wrong == 2)
    let allVoid = LabelMap(width: 1, height: 1, classCount: 2, labels: [.void])
    #expect(Panel(labelSet: try set()).draw(image: gray(1, 1), groundTruth: allVoid, prediction: allVoid).width > 4)
  }

  @Test func sharesNeverRoundToNothingOrAll() {
    #expect(Share.percentage(0, of: 7) == "0.0%")
    #expect(Share.percentage(7, of: 7) == "100.0%")
    #expect(Share.percentage(1, of: 100_000) == "<0.1%")
    #expect(Share.percentage(99_999, of: 100_000) == ">99.9%")
    #expect(Share.percentage(1, of: 8) == "12.5%")
  }
}
