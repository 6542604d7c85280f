import TesseraLabels
import Testing

@Suite struct LabelMapValidatorSummaryTests {
  let labelSet: LabelSet

  init() throws {
    labelSet = try LabelSet(names: ["sky", "road", "car"], voidIDs: [3])
  }

  func row(_ ids: [UInt8]) -> RawLabelMap { RawLabelMap(width: ids.count, height: 1, ids: ids) }

  @Test func countsPixelsAndMaps() {
    var summary = LabelMapValidator.Summary(LabelMapValidator(labelSet))
    #expect(summary.violations == [])
    #expect(summary.check(row([0, 0, 1])) == [])
    #expect(summary.check(row([1, 3, 9])).map(\.rule.name) == ["unknown-ids"])
    #expect(summary.mapCount == 2)
    #expect(summary.mapCounts == [1, 2, 0])
    #expect(summary.classPixelCounts == [2, 2, 0])
    #expect(summary.voidPixelCount == 1)
    #expect(summary.unknownPixelCount == 1)
    #expect(summary.absentClasses == [2])
    #expect(summary.violations == [Violation(.absentClasses(["car"]), pixelCount: 0)])
    #expect(summary.violations[0].severity == .warning)
    #expect(summary.violations[0].description.hasPrefix("warning: No map shows car."))
  }

  @Test func sizesAreCheckedOnTheWay() {
    var summary = LabelMapValidator.Summary(LabelMapValidator(labelSet))
    #expect(summary.check(row([0]), imageSize: PixelSize(width: 2, height: 1)).map(\.rule.name) == ["size-mismatch"])
  }

  @Test func mergedSummariesAreThoseOfAllMaps() {
    let maps = [row([0, 0, 1]), row([1, 3]), row([2, 9, 0])]
    let validator = LabelMapValidator(labelSet)
    var whole = LabelMapValidator.Summary(validator)
    for map in maps { _ = whole.check(map) }
    var left = LabelMapValidator.Summary(validator)
    _ = left.check(maps[0])
    var right = LabelMapValidator.Summary(validator)
    for map in maps[1...] { _ = right.check(map) }
    left.merge(right)
    #expect(left == whole)
  }

  @Test func idsFromOneAreSuspectOnlyTogether() {
    var summary = LabelMapValidator.Summary(LabelMapValidator(labelSet))
    #expect(summary.check(row([1, 2, 3])) == [])
    #expect(summary.violations.map(\.suspectedCause) == [nil])
    #expect(summary.check(row([2, 2, 1])) == [])
    #expect(summary.violations.map(\.suspectedCause) == [.shiftedByOne])
    _ = summary.check(row([0]))
    #expect(summary.violations == [])
  }
}
