import Foundation
import TesseraTensor
import Testing

@Suite struct PixelNormalizationTests {
  @Test func everyByteIsShiftedAndScaled() {
    let normalization = PixelNormalization(mean: [0.5, 0, 1], standardDeviation: [0.25, 1, 0.5])
    #expect(normalization.table(channel: 0).count == 256)
    #expect(normalization.table(channel: 0)[0] == -2 && normalization.table(channel: 0)[255] == 2)
    #expect(normalization.table(channel: 1)[51] == 0.2)
    #expect(normalization.table(channel: 2)[255] == 0 && normalization.table(channel: 2)[0] == -2)
  }

  @Test func comesBackFromJSON() throws {
    let data = try JSONEncoder().encode(PixelNormalization.imageNet)
    #expect(try JSONDecoder().decode(PixelNormalization.self, from: data) == .imageNet)
  }

  @Test(arguments: [
    #"{"mean":[0,0],"standardDeviation":[1,1]}"#, #"{"mean":[0,0,0],"standardDeviation":[1,0,1]}"#,
    #"{"mean":[0,0,0],"standardDeviation":[1,-1,1]}"#, #"{"mean":[0,0,0]}"#,
    #"{"mean":[0,0,0,0],"standardDeviation":[1,1,1]}"#,
  ])
  func whatIsNoMeanOrDeviationIsRefused(_ text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(PixelNormalization.self, from: Data(text.utf8)) }
  }
}
