import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct TwoBranchNetTests {
  @Test(arguments: [(8, 1_671_874), (11, 1_676_674), (21, 1_692_674)])
  func parameterCounts(_ channels: Int, _ expected: Int) {
    #expect(learnedCount(claims { TwoBranchNet($0, channels: channels) }) == expected)
  }

  @Test func names() {
    let places = [
      "maps.0.0", "images.0.0", "images.1.0", "features.0.0", "features.2.0", "features.4.0", "features.5",
    ]
    let expected = places.flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(claims { TwoBranchNet($0, channels: 11) }.map(\.name) == expected)
  }

  /// What a feature sees, and the last kernel's two steps from feature to feature, four pixels apart.
  @Test(arguments: [(Sight.maps, 30), (.images, 34)])
  func fieldOfView(_ sight: Sight, _ expected: Int) throws {
    let seen = try pixelsReachingAFeature(height: 8, width: 60, raising: sight) { TwoBranchNet($0, channels: 1) }
    #expect(seen + 4 * 2 == expected)
  }

  /// The smallest side, and one verdict a map that depends on its own image alone.
  @Test func imagesOfABatchAreApart() throws {
    let (judge, values) = try buildQuickly { TwoBranchNet($0, channels: 2) }
    #expect(judge.minimumSide == 4)
    var state: UInt64 = 5
    let maps = uniform([2, 2, 4, 4], &state)
    let images = uniform([2, 3, 4, 4], &state)
    let other = Tensor([2, 3, 4, 4], images.elements.enumerated().map { $0 < 48 ? $1 : -$1 })
    let verdicts = evaluate(values) { pass in
      [images, other].map {
        judge(
          EncodedLabelMaps(pass.constant(maps), images: pass.constant($0), coverage: nil), in: pass
        ).logits.value
      }
    }
    #expect(verdicts[0].shape == [2, 1, 1, 1])
    let (first, second) = (verdicts[0].elements, verdicts[1].elements)
    #expect(first[0] == second[0] && abs(first[1] - second[1]) > 1e-3)
  }
}
