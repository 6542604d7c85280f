import Testing

@testable import TesseraLabels

@Suite struct BoundaryF1Tests {
  func score(_ truth: LabelMap, _ prediction: LabelMap, _ tolerance: BoundaryF1.Tolerance) throws -> Double? {
    var measure = BoundaryF1(classCount: truth.classCount, tolerance: tolerance)
    try measure.add(truth: truth, prediction: prediction)
    return measure.score
  }

  @Test func shiftedEdgeByHand() throws {
    // Truth: boundary of 0 at column 2, of 1 at column 3. Prediction: at 3 and 4, one pixel to the right.
    let truth = drawn(["000111"], classCount: 2)
    let prediction = drawn(["000011"], classCount: 2)
    #expect(try score(truth, prediction, .pixels(0)) == 0)
    #expect(try score(truth, prediction, .pixels(0.99)) == 0)
    #expect(try score(truth, prediction, .pixels(1)) == 1)
  }

  @Test func extraRegionCostsPrecision() throws {
    let truth = drawn(["0000000011"], classCount: 2)
    let prediction = drawn(["0110000011"], classCount: 2)
    // Class 0: true {7}, predicted {0, 3, 7}: precision 1/3, recall 1.
    // Class 1: true {8}, predicted {1, 2, 8}: the same.
    let f1 = 2 * (1.0 / 3) / (1.0 / 3 + 1)
    let measured = try #require(try score(truth, prediction, .pixels(1)))
    #expect(abs(measured - f1) < 1e-12)
  }

  @Test func missingClassScoresZero() throws {
    var measure = BoundaryF1(classCount: 3, tolerance: .pixels(1))
    try measure.add(truth: drawn(["0011"], classCount: 3), prediction: drawn(["0000"], classCount: 3))
    #expect(measure.score == 0)
    #expect(measure.classScores == [0, 0, nil])
  }

  @Test func voidIsNoBoundaryAndHidesThePrediction() throws {
    #expect(try score(drawn(["0.1"], classCount: 2), drawn(["0.1"], classCount: 2), .pixels(1)) == nil)
    // The prediction's edge lies under the void of the ground truth; the one that is left agrees.
    let truth = drawn(["0011....."], classCount: 2)
    let prediction = drawn(["001110101"], classCount: 2)
    #expect(try score(truth, prediction, .pixels(0)) == 1)
  }

  @Test(arguments: [[], ["0"], ["00", "00"], [".."]]) func withoutBoundariesThereIsNoScore(rows: [String]) throws {
    let map = drawn(rows, classCount: 2)
    var measure = BoundaryF1(classCount: 2)
    try measure.add(truth: map, prediction: map)
    #expect(measure.score == nil)
    #expect(measure.imageCount == 0)
    #expect(measure.classScores == [nil, nil])
  }

  @Test func emptyMapOfHugeWidthCostsNothing() throws {
    let map = LabelMap(width: .max, height: 0, classCount: 1, labels: [])
    #expect(try score(map, map, .pixels(1e18)) == nil)
  }

  @Test func meanOverImagesNotOverPixels() throws {
    var measure = BoundaryF1(classCount: 2, tolerance: .pixels(0))
    let large = drawn([String](repeating: "0011", count: 30), classCount: 2)
    try measure.add(truth: large, prediction: large)
    try measure.add(truth: drawn(["0011"], classCount: 2), prediction: drawn(["0001"], classCount: 2))
    #expect(measure.score == 0.5)
    #expect(measure.imageCount == 2)
  }

  @Test(arguments: [(1, 1, 1), (1, 30, 2), (30, 1, 2), (13, 17, 3), (24, 20, 300)], [0, 1, 1.5, 2.9, 1000])
  func agreesWithAllPairsOfPixels(_ shape: (Int, Int, Int), tolerance: Double) throws {
    let (width, height, classCount) = shape
    for seed in 0..<2 as Range<UInt64> {
      let truth = blobs(width: width, height: height, classCount: classCount, seed: 2 * seed)
      let prediction = blobs(width: width, height: height, classCount: classCount, seed: 2 * seed + 1)
      let measured = try score(truth, prediction, .pixels(tolerance))
      let expected = bruteForceScore(truth, prediction, tolerance: tolerance)
      #expect((measured == nil) == (expected == nil))
      #expect(abs((measured ?? 0) - (expected ?? 0)) < 1e-12)
    }
  }

  @Test func customaryToleranceIsAShareOfTheDiagonal() {
    let tolerance = BoundaryF1(classCount: 1).tolerance
    #expect(abs(tolerance.distance(in: PixelSize(width: 480, height: 360)) - 4.5) < 1e-12)
  }

  @Test func partsAddUp() throws {
    let maps = (0..<4).map { blobs(width: 20, height: 20, classCount: 4, seed: $0) }
    var whole = BoundaryF1(classCount: 4)
    var parts = [BoundaryF1(classCount: 4), BoundaryF1(classCount: 4)]
    for part in 0..<2 {
      try parts[part].add(truth: maps[2 * part], prediction: maps[2 * part + 1])
      try whole.add(truth: maps[2 * part], prediction: maps[2 * part + 1])
    }
    parts[0] += parts[1]
    #expect(parts[0] == whole)
  }

  @Test func unequalMapsAreRefused() {
    var measure = BoundaryF1(classCount: 2)
    #expect(throws: LabelMapPairError.self) {
      try measure.add(truth: drawn(["01"], classCount: 2), prediction: drawn(["0", "1"], classCount: 2))
    }
    #expect(measure.imageCount == 0)
  }

  /// A scene of rectangles in which the last id is void.
  private func blobs(width: Int, height: Int, classCount: Int, seed: UInt64) -> LabelMap {
    let ids = (0...min(classCount, 200)).map { UInt8($0) }
    let raw = scene(width: width, height: height, ids: ids, rectangles: 12, seed: seed)
    let void = ids.count - 1
    let labels = (0..<height).flatMap { y in
      (0..<width).map { x in raw[x, y] == void ? Label.void : .index(raw[x, y]) }
    }
    return LabelMap(width: width, height: height, classCount: classCount, labels: labels)
  }

  /// The definition word by word: sets of points for each class, and every pair of them.
  private func bruteForceScore(_ truth: LabelMap, _ prediction: LabelMap, tolerance: Double) -> Double? {
    typealias Point = (x: Int, y: Int)
    func label(_ map: LabelMap, _ x: Int, _ y: Int) -> Label { truth[x, y] == .void ? .void : map[x, y] }
    func boundary(_ map: LabelMap, _ index: Int) -> [Point] {
      var points: [Point] = []
      for y in 0..<map.height {
        for x in 0..<map.width where label(map, x, y) == .index(index) {
          let neighbors = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].filter {
            (0..<map.width).contains($0.0) && (0..<map.height).contains($0.1)
          }
          if neighbors.contains(where: {
            let other = label(map, $0.0, $0.1)
            return other != .void && other != .index(index)
          }) {
            points.append((x, y))
          }
        }
      }
      return points
    }
    func share(_ points: [Point], near others: [Point]) -> Double {
      guard !points.isEmpty else { return 0 }
      let near = points.count { point in
        others.contains { other in
          let (dx, dy) = (Double(point.x - other.x), Double(point.y - other.y))
          return (dx * dx + dy * dy).squareRoot() <= tolerance
        }
      }
      return Double(near) / Double(points.count)
    }
    var scores: [Double] = []
    for index in 0..<truth.classCount {
      let (trueOnes, predicted) = (boundary(truth, index), boundary(prediction, index))
      if trueOnes.isEmpty && predicted.isEmpty { continue }
      let (precision, recall) = (share(predicted, near: trueOnes), share(trueOnes, near: predicted))
      scores.append(precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall))
    }
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }
}
