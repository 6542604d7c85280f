import Testing

@testable import TesseraLabels

@Suite struct ConfusionMatrixTests {
  /// Truth 0 0 0 1 1 void against prediction 0 0 1 1 void 2: M = [[2, 1, 0 | 0], [0, 1, 0 | 1], [0, 0, 0 | 0]].
  let small: ConfusionMatrix

  init() throws {
    var matrix = ConfusionMatrix(classCount: 3)
    try matrix.add(truth: drawn(["00011."], classCount: 3), prediction: drawn(["0011.2"], classCount: 3))
    small = matrix
  }

  func isClose(_ value: Double?, _ expected: Double) -> Bool { value.map { abs($0 - expected) < 1e-12 } ?? false }

  @Test func countsByTruthAndPrediction() {
    #expect(small[truth: 0, prediction: .index(0)] == 2)
    #expect(small[truth: 0, prediction: .index(1)] == 1)
    #expect(small[truth: 1, prediction: .index(1)] == 1)
    #expect(small[truth: 1, prediction: .void] == 1)
    #expect(small[truth: 2, prediction: .index(2)] == 0)
    #expect(small.pixelCount == 5)
  }

  @Test func scoresByHand() {
    let scores = small.classScores
    #expect(isClose(scores[0].iou, 2.0 / 3))
    #expect(isClose(scores[1].iou, 1.0 / 3))
    #expect(isClose(scores[0].dice, 4.0 / 5))
    #expect(isClose(scores[1].dice, 2.0 / 4))
    #expect(isClose(scores[0].precision, 1))
    #expect(isClose(scores[1].precision, 1.0 / 2))
    #expect(isClose(scores[0].recall, 2.0 / 3))
    #expect(isClose(scores[1].recall, 1.0 / 2))
    #expect(isClose(small.pixelAccuracy, 3.0 / 5))
    #expect(isClose(small.meanClassAccuracy, (2.0 / 3 + 1.0 / 2) / 2))
    #expect(isClose(small.meanIoU, 1.0 / 2))
    #expect(isClose(small.meanIoUOverAllClasses, 1.0 / 3))
    #expect(isClose(small.frequencyWeightedIoU, 3.0 / 5 * 2 / 3 + 2.0 / 5 / 3))
    #expect(isClose(small.meanDice, 0.65))
  }

  @Test func absentClassHasNoScores() {
    let absent = small.classScores[2]
    #expect(absent.truePixels == 0 && absent.predictedPixels == 0)
    #expect(absent.iou == nil && absent.dice == nil && absent.precision == nil && absent.recall == nil)
  }

  @Test func classInPredictionAloneCountsAsZero() throws {
    var matrix = ConfusionMatrix(classCount: 3)
    try matrix.add(truth: drawn(["00"], classCount: 3), prediction: drawn(["02"], classCount: 3))
    #expect(matrix.classScores[2].iou == 0)
    #expect(matrix.classScores[2].recall == nil)
    #expect(isClose(matrix.meanIoU, 0.25))
    #expect(isClose(matrix.meanClassAccuracy, 0.5))
  }

  @Test func voidPredictionIsAMiss() throws {
    var matrix = ConfusionMatrix(classCount: 1)
    try matrix.add(truth: drawn(["0000"], classCount: 1), prediction: drawn(["0..."], classCount: 1))
    #expect(matrix.pixelAccuracy == 0.25)
    #expect(matrix.meanIoU == 0.25)
    #expect(matrix.classScores[0].precision == 1)
  }

  @Test(arguments: [[], ["."], ["...", "..."]]) func nothingToMeasureIsNilNotNaN(rows: [String]) throws {
    var matrix = ConfusionMatrix(classCount: 2)
    let map = drawn(rows, classCount: 2)
    try matrix.add(truth: map, prediction: map)
    #expect(matrix.pixelCount == 0)
    for score in [
      matrix.pixelAccuracy, matrix.meanClassAccuracy, matrix.meanIoU, matrix.meanIoUOverAllClasses,
      matrix.frequencyWeightedIoU, matrix.meanDice,
    ] {
      #expect(score == nil)
    }
  }

  @Test(arguments: [(1, 1, 1), (1, 40, 2), (40, 1, 5), (17, 23, 11), (50, 60, 300)])
  func agreesWithCountingPixelByPixel(width: Int, height: Int, classCount: Int) throws {
    let truth = noise(width: width, height: height, classCount: classCount, seed: 11)
    let prediction = noise(width: width, height: height, classCount: classCount, seed: 12)
    var matrix = ConfusionMatrix(classCount: classCount)
    try matrix.add(truth: truth, prediction: prediction)

    var ious: [Double] = []
    var allIoUs: [Double] = []
    for index in 0..<classCount {
      var intersection = 0
      var union = 0
      for y in 0..<height {
        for x in 0..<width where truth[x, y] != .void {
          let (isTrue, isPredicted) = (truth[x, y] == .index(index), prediction[x, y] == .index(index))
          if isTrue && isPredicted { intersection += 1 }
          if isTrue || isPredicted { union += 1 }
        }
      }
      let iou = union == 0 ? nil : Double(intersection) / Double(union)
      #expect(matrix.classScores[index].iou == iou)
      if let iou { ious.append(iou) }
      allIoUs.append(iou ?? 0)
    }
    if ious.isEmpty {
      #expect(matrix.meanIoU == nil)
    } else {
      #expect(isClose(matrix.meanIoU, ious.reduce(0, +) / Double(ious.count)))
      #expect(isClose(matrix.meanIoUOverAllClasses, allIoUs.reduce(0, +) / Double(classCount)))
    }
  }

  @Test func poolsOverMapsAndAddsMatrices() throws {
    let truths = (0..<3).map { noise(width: 20, height: 10, classCount: 4, seed: $0) }
    let predictions = (0..<3).map { noise(width: 20, height: 10, classCount: 4, seed: 100 + $0) }
    var pooled = ConfusionMatrix(classCount: 4)
    var sum = ConfusionMatrix(classCount: 4)
    for (truth, prediction) in zip(truths, predictions) {
      try pooled.add(truth: truth, prediction: prediction)
      var one = ConfusionMatrix(classCount: 4)
      try one.add(truth: truth, prediction: prediction)
      sum = sum + one
    }
    #expect(sum == pooled)
  }

  @Test func perfectPredictionScoresOne() throws {
    let map = noise(width: 9, height: 9, classCount: 5, seed: 1)
    var matrix = ConfusionMatrix(classCount: 5)
    try matrix.add(truth: map, prediction: map)
    #expect(matrix.pixelAccuracy == 1)
    #expect(matrix.meanIoU == 1)
    #expect(isClose(matrix.frequencyWeightedIoU, 1))
  }

  @Test func unequalMapsAreRefusedAndNothingIsCounted() {
    var matrix = ConfusionMatrix(classCount: 2)
    #expect(
      throws: LabelMapPairError.sizeMismatch(
        truth: PixelSize(width: 2, height: 1), prediction: PixelSize(width: 1, height: 2))
    ) {
      try matrix.add(truth: drawn(["01"], classCount: 2), prediction: drawn(["0", "1"], classCount: 2))
    }
    #expect(throws: LabelMapPairError.classCountMismatch(truth: 2, prediction: 3, expected: 2)) {
      try matrix.add(truth: drawn(["01"], classCount: 2), prediction: drawn(["01"], classCount: 3))
    }
    #expect(matrix == ConfusionMatrix(classCount: 2))
  }
}
