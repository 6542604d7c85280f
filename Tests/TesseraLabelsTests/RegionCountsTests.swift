import Testing

@testable import TesseraLabels

@Suite struct RegionCountsTests {
  func counts(_ truth: [String], _ prediction: [String]) throws -> RegionCounts {
    var regions = RegionCounts(classCount: 3)
    try regions.add(truth: drawn(truth, classCount: 3), prediction: drawn(prediction, classCount: 3))
    return regions
  }

  @Test func holesAndSpecksAreRegionsOfTheirOwn() throws {
    let regions = try counts(
      [
        "00000",
        "00000",
        "11111",
      ],
      [
        "00100",
        "02000",
        "11011",
      ])
    #expect(regions.truth == [1, 1, 0])
    // The specks part the zeros, and the zero of the last row hangs on those above it; the ones are in three pieces.
    #expect(regions.prediction == [2, 3, 1])
    #expect(regions.ratio == 3)
  }

  @Test func cornersDoNotJoin() throws {
    #expect(try counts(["01", "10"], ["00", "00"]).truth == [2, 2, 0])
  }

  @Test func armsThatMeetBelowAreOne() throws {
    let comb = ["01010", "01010", "11110"]
    #expect(try counts(comb, comb).truth == [3, 1, 0])
    let spiral = ["11111", "00001", "11101", "10001", "11111"]
    #expect(try counts(spiral, spiral).truth == [1, 1, 0])
  }

  @Test func voidPartsAndHides() throws {
    let regions = try counts(["0.0", "0.0"], ["012", "012"])
    #expect(regions.truth == [2, 0, 0])
    #expect(regions.prediction == [1, 0, 1])
  }

  @Test(arguments: [[], [".."]]) func withoutRegionsThereIsNoRatio(rows: [String]) throws {
    #expect(try counts(rows, rows).ratio == nil)
  }

  @Test func sizesMustAgree() throws {
    var regions = RegionCounts(classCount: 2)
    #expect(throws: LabelMapPairError.self) {
      try regions.add(truth: drawn(["01"], classCount: 2), prediction: drawn(["0"], classCount: 2))
    }
    #expect(regions.truth == [0, 0])
  }

  /// Counts by flooding, pixel by pixel.
  func flooded(_ map: LabelMap) -> [Int] {
    var (codes, counts) = (map.codes, [Int](repeating: 0, count: map.classCount))
    for start in codes.indices where codes[start] != LabelMap.voidCode {
      let code = codes[start]
      counts[Int(code)] += 1
      var pending = [start]
      while let index = pending.popLast() {
        guard codes[index] == code else { continue }
        codes[index] = LabelMap.voidCode
        let x = index % map.width
        if x > 0 { pending.append(index - 1) }
        if x + 1 < map.width { pending.append(index + 1) }
        if index >= map.width { pending.append(index - map.width) }
        if index + map.width < codes.count { pending.append(index + map.width) }
      }
    }
    return counts
  }

  @Test(arguments: [(1, 1), (1, 40), (40, 1), (2, 2), (17, 13), (64, 48)])
  func agreesWithFlooding(width: Int, height: Int) throws {
    var state: UInt64 = 7
    func random(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    for spread in [2, 3, 12] as [UInt64] {
      let labels = (0..<width * height).map { _ in
        let value = random(spread)
        return value < 3 ? Label.index(Int(value)) : value == 11 ? .void : .index(0)
      }
      let map = LabelMap(width: width, height: height, classCount: 3, labels: labels)
      var regions = RegionCounts(classCount: 3)
      try regions.add(truth: map, prediction: map)
      #expect(regions.truth == flooded(map))
      #expect(regions.prediction == regions.truth)
    }
  }
}
