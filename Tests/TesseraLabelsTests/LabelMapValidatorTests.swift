import TesseraLabels
import Testing

@Suite struct LabelMapValidatorTests {
  let validator = LabelMapValidator(.camVid)

  @Test func cleanMapBreaksNoRule() {
    let map = scene(width: 96, height: 72, ids: Array(0...11), rectangles: 12, seed: 1)
    #expect(validator.violations(in: map, imageSize: PixelSize(width: 96, height: 72)) == [])
  }

  @Test func sizeMismatchNamesBothSizes() throws {
    let map = RawLabelMap(width: 2, height: 1, ids: [0, 1] as [UInt8])
    let violation = try #require(validator.violations(in: map, imageSize: PixelSize(width: 1, height: 2)).first)
    #expect(violation.severity == .error)
    #expect(
      violation.rule
        == .sizeMismatch(map: PixelSize(width: 2, height: 1), image: PixelSize(width: 1, height: 2)))
    #expect(violation.description.hasPrefix("error: The map is 2×1, but its image is 1×2."))
  }

  @Test(arguments: [(0, 0), (0, 5), (5, 0)])
  func emptyMapIsAnError(width: Int, height: Int) {
    let map = RawLabelMap(width: width, height: height, ids: [] as [UInt8])
    #expect(validator.violations(in: map).map(\.rule) == [.emptyMap])
    #expect(!map.isValid(for: .camVid))
    #expect(
      validator.violations(in: map, imageSize: PixelSize(width: 5, height: 5)).map(\.rule.name) == [
        "size-mismatch", "empty-map",
      ])
  }

  @Test func onePixelIsEnough() {
    #expect(RawLabelMap(width: 1, height: 1, ids: [3] as [UInt8]).violations(for: .camVid) == [])
    #expect(RawLabelMap(width: 1, height: 1, ids: [3] as [UInt16]).violations(for: .camVid) == [])
    #expect(!RawLabelMap(width: 1, height: 1, ids: [99] as [UInt8]).isValid(for: .camVid))
  }

  @Test func unknownIDsAreGroupedWithCountAndPlace() throws {
    let map = RawLabelMap(width: 2, height: 3, ids: [1, 90, 0, 40, 90, 90] as [UInt8])
    let violation = try #require(validator.violations(in: map).first)
    #expect(
      violation
        == Violation(
          .unknownIDs([
            IDOccurrence(id: 40, pixelCount: 1, first: PixelPosition(x: 1, y: 1)),
            IDOccurrence(id: 90, pixelCount: 3, first: PixelPosition(x: 1, y: 0)),
          ]), first: PixelPosition(x: 1, y: 0), pixelCount: 4))
    #expect(violation.severity == .error)
  }

  @Test func voidAboveTheThresholdIsAWarning() {
    let half = RawLabelMap(width: 2, height: 2, ids: [0, 0, 11, 11] as [UInt8])
    let most = RawLabelMap(width: 2, height: 2, ids: [0, 11, 11, 11] as [UInt8])
    #expect(validator.violations(in: half) == [])
    #expect(
      validator.violations(in: most)
        == [Violation(.voidShare(0.75), first: PixelPosition(x: 1, y: 0), pixelCount: 3)])
    #expect(
      validator.violations(in: most).map(\.description)
        == ["warning: 75.0 % of the map is void. Leave the map out, or label more of it."])
    #expect(LabelMapValidator(.camVid, maximumVoidShare: 0.75).violations(in: most) == [])
    #expect(most.isValid(for: .camVid))
  }

  @Test(arguments: [0.5, 1.0]) func voidOnlyIsAlwaysAWarning(maximumVoidShare: Double) {
    let map = RawLabelMap(width: 3, height: 1, ids: [11, 11, 11] as [UInt8])
    #expect(
      LabelMapValidator(.camVid, maximumVoidShare: maximumVoidShare).violations(in: map)
        == [Violation(.allVoid, first: PixelPosition(x: 0, y: 0), pixelCount: 3)])
  }

  @Test func colorsAreReportedByWhoeverDecodesThem() {
    let violation = Violation.colorCoded(channels: 3, size: PixelSize(width: 4, height: 2))
    #expect(violation.severity == .error)
    #expect(violation.pixelCount == 8)
    #expect(
      violation.description
        == "error: The map has 3 channels; ids take one. 3 channels hold colours, not ids. "
        + "Give the colour of each class (colors), so that the map can be read as ids.")
  }

  @Test func readingAndValidatingAgree() {
    for seed in 0..<20 as Range<UInt64> {
      let map = scene(width: 24, height: 16, ids: Array(0...12), rectangles: 6, seed: seed)
      #expect(map.isValid(for: .camVid) == ((try? LabelSet.camVid.labelMap(from: map)) != nil))
    }
  }

  @Test func everyDescriptionIsOneLine() {
    let maps = [
      scene(width: 40, height: 30, ids: [0, 255], rectangles: 5, seed: 1),
      scene(width: 40, height: 30, ids: Array(0...99), rectangles: 90, seed: 2),
      RawLabelMap(width: 0, height: 0, ids: [] as [UInt8]),
    ]
    for violation in maps.flatMap({ validator.violations(in: $0, imageSize: PixelSize(width: 1, height: 1)) }) {
      #expect(!violation.description.contains("\n"))
      #expect(violation.description.count < 400)
    }
  }
}
