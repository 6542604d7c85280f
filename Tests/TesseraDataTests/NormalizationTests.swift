import Foundation
import TesseraImaging
import TesseraLabels
import TesseraTensor
import Testing

@testable import TesseraData

@Suite struct NormalizationTests {
  @Test func measuresExactly() throws {
    var sums = ColorSums()
    #expect(sums.normalization == nil)
    sums.add([0, 10, 255, 0, 20, 255])
    sums.add([255, 30, 255, 255, 40, 255])
    let value = try #require(sums.normalization)
    #expect(value.mean.map { ($0 * 255 * 1000).rounded() / 1000 } == [127.5, 25, 255])
    #expect(abs(value.standardDeviation[0] - 0.5) < 1e-12)
    #expect(abs(value.standardDeviation[1] * 255 - 125.0.squareRoot()) < 1e-9)
    // A constant channel must not divide by zero.
    #expect(value.standardDeviation[2] == 1.0 / 255)
  }

  @Test func refusesDamagedNumbers() throws {
    let data = try JSONEncoder().encode(PixelNormalization.imageNet)
    #expect(try JSONDecoder().decode(PixelNormalization.self, from: data) == .imageNet)
    for text in [
      #"{"mean": [0, 0], "standardDeviation": [1, 1, 1]}"#, #"{"mean": [0, 0, 0], "standardDeviation": [1, 0, 1]}"#,
      #"{"mean": [0, 0, 0], "standardDeviation": [1, 1, -1]}"#,
    ] {
      #expect(throws: (any Error).self) { try JSONDecoder().decode(PixelNormalization.self, from: Data(text.utf8)) }
    }
  }

  @Test func aStoreMeasuresImagesAndCountsClasses() throws {
    let folder = try TemporaryFolder()
    try folder.writeSplitFolders(yaml: "names: [a, b, c]\nvoid: 9")
    try folder.writeMap("labels/train/one.png", ids: [0, 1, 1, 9])
    let dataset = try Dataset(path: folder.path)
    let store = SampleStore(try dataset.samples(in: .train), labelSet: dataset.labelSet)
    var sums = ColorSums()
    sums.add(patterned(width: 4, height: 3, seed: 0).pixels)
    #expect(try store.normalization(limit: 1) == sums.normalization)
    sums.add(patterned(width: 4, height: 3, seed: 1).pixels)
    #expect(try store.normalization() == sums.normalization)
    let frequencies = try store.classFrequencies()
    #expect(frequencies.pixels == [9, 12, 0])
    #expect(frequencies.voidPixels == 3)
    #expect(frequencies.maps == [2, 2, 0])
    #expect(frequencies.pixelsWherePresent == [21, 21, 0])
    let none = SampleStore([], labelSet: dataset.labelSet)
    #expect(throws: DatasetError.self) { try none.normalization() }
  }
}
