import TesseraLabels
import Testing

@Suite struct SuspectedCauseTests {
  func cause(of map: RawLabelMap, for labelSet: LabelSet = .camVid) throws -> SuspectedCause? {
    let violation = try #require(map.violations(for: labelSet).first)
    guard case .unknownIDs = violation.rule else {
      Issue.record("\(violation)")
      return nil
    }
    #expect(throws: UnknownIDError.self) { try labelSet.labelMap(from: map) }
    return violation.suspectedCause
  }

  func row(_ ids: [Int]) -> RawLabelMap { RawLabelMap(width: ids.count, height: 1, ids: ids.map { UInt16($0) }) }

  @Test func binaryMask() throws {
    let map = scene(width: 40, height: 30, ids: [0, 255], rectangles: 8, seed: 4)
    #expect(try cause(of: map) == .binaryMask)
    #expect(try cause(of: map, for: LabelSet(names: ["background", "cell"])) == .binaryMask)
    #expect(try cause(of: row([255]), for: LabelSet(names: ["background", "cell"])) == .binaryMask)
    #expect(map.violations(for: .camVid)[0].description.contains("label_map: {0: 0, 255: 1}"))
  }

  @Test func everyIDOneTooHigh() throws {
    let clean = scene(width: 80, height: 60, ids: Array(0...11), rectangles: 30, seed: 5)
    #expect(try cause(of: mapIDs(clean) { $0 + 1 }) == .shiftedByOne)
    #expect(try cause(of: row([1, 2, 12])) == .shiftedByOne)
    #expect(try cause(of: row([1, 2, 13])) == nil)
  }

  @Test func zeroMeansVoid() throws {
    let labelSet = try LabelSet(names: ["wall", "floor", "ceiling"], voidIDs: [255])
    #expect(try cause(of: row([0, 1, 2, 3]), for: labelSet) == .zeroIsVoid)
    #expect(try cause(of: row([0, 3, 255]), for: labelSet) == .zeroIsVoid)
    #expect(try cause(of: row([1, 3, 255]), for: labelSet) == .shiftedByOne)
  }

  @Test func undeclaredVoid() throws {
    #expect(try cause(of: row([0, 1, 2, 255])) == .undeclaredVoid(255))
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func blendedIDsOutsideTheSet(seed: UInt64) throws {
    let cells = try LabelSet(
      classes: LabelSet(names: ["background", "cytoplasm", "nucleus"]).classes,
      meanings: [0: .index(0), 128: .index(1), 255: .index(2)])
    let clean = scene(width: 120, height: 120, ids: [0, 128, 255], rectangles: 9, seed: seed)
    #expect(clean.violations(for: cells) == [])
    #expect(try cause(of: bilinear(clean, width: 77, height: 77), for: cells) == .interpolation)
  }

  @Test func antiAliasedBrushOnOneRegion() throws {
    let clean = scene(width: 200, height: 150, ids: [0, 255], rectangles: 30, seed: 7)
    guard case .u8(var ids) = clean.ids else { return }
    for y in 20..<100 { ids.replaceSubrange(y * 200 + 50..<y * 200 + 53, with: [0, 131, 255]) }
    let labelSet = try LabelSet(
      classes: LabelSet(names: ["background", "cell"]).classes, meanings: [0: .index(0), 255: .index(1)])
    #expect(try cause(of: RawLabelMap(width: 200, height: 150, ids: ids), for: labelSet) == .interpolation)
  }

  @Test func cityscapesLabelIDs() throws {
    let map = scene(width: 80, height: 60, ids: [0, 4, 7, 8, 11, 17, 21, 23, 24, 26, 33], rectangles: 20, seed: 1)
    #expect(try cause(of: map, for: .cityscapes) == .cityscapesLabelIDs)
    #expect(try cause(of: row([7, 7, 11, 21, 23, 26])) == .cityscapesLabelIDs)
    #expect(map.isValid(for: .cityscapesLabelIDs))
  }

  @Test func greyLevelsForViewing() throws {
    let labelSet = try LabelSet(names: ["background", "cytoplasm", "nucleus"])
    #expect(try cause(of: row([0, 128, 255]), for: labelSet) == .greyLevels([0, 128, 255]))
    #expect(SuspectedCause.greyLevels([0, 128, 255]).remedy.contains("label_map: {0: 0, 128: 1, 255: 2}"))
    #expect(try cause(of: row([0, 100, 255]), for: labelSet) == nil)
  }

  @Test func oneByteStretchedToTwo() throws {
    #expect(try cause(of: row([0, 257, 514, 2570])) == .stretchedToTwoBytes(factor: 257))
    #expect(try cause(of: row([0, 256, 512])) == .stretchedToTwoBytes(factor: 256))
  }

  @Test func instances() throws {
    #expect(try cause(of: row([7, 23, 26001, 26002, 24000]), for: .cityscapes) == .instanceIDs)
  }

  @Test func oddIDsWithoutAPattern() throws {
    #expect(try cause(of: row([0, 3, 77])) == nil)
  }

  @Test func everyCauseHasANameASentenceAndARemedy() {
    let causes: [SuspectedCause] = [
      .binaryMask, .shiftedByOne, .zeroIsVoid, .undeclaredVoid(255), .interpolation, .cityscapesLabelIDs,
      .colorCoded(channels: 3), .greyLevels([0, 128, 255]), .stretchedToTwoBytes(factor: 257), .instanceIDs,
      .otherExport,
    ]
    #expect(Set(causes.map(\.name)).count == causes.count)
    for cause in causes {
      #expect(cause.sentence.hasSuffix("."))
      #expect(cause.remedy.hasSuffix("."))
    }
  }
}
