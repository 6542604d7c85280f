import TesseraLabels
import Testing

// The example of `LabelMapValidator`'s documentation, with the plain import that other projects use.
@Test func predictionIsAValidLabelMap() throws {
  let labelSet = try LabelSet(names: ["background", "cat", "dog"], voidIDs: [255])
  let prediction = RawLabelMap(width: 3, height: 2, ids: [0, 1, 1, 0, 2, 255] as [UInt8])

  #expect(prediction.isValid(for: labelSet))
  #expect(prediction.violations(for: labelSet, imageSize: PixelSize(width: 3, height: 2)) == [])
}

@Test func wrongPredictionSaysWhatIsWrong() throws {
  let labelSet = try LabelSet(names: ["background", "cat", "dog"], voidIDs: [255])
  let prediction = RawLabelMap(width: 3, height: 2, ids: [0, 1, 1, 0, 7, 7] as [UInt8])

  #expect(!prediction.isValid(for: labelSet))
  #expect(
    prediction.violations(for: labelSet).map(\.description) == [
      "error: 2 pixels hold ids outside the label set: 7 (2 pixels, first at (1, 1)). "
        + "Correct the map, or name these ids in the label set."
    ])
}
