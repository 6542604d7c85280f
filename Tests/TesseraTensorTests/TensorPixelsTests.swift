import TesseraTensor
import Testing

@Suite struct TensorPixelsTests {
  /// Two maps of two channels of 2×3, each element its own place.
  private let map = Tensor([2, 2, 2, 3], (0..<24).map(Float.init))

  @Test func theFirstRowsAndColumnsStay() {
    let cut = map.cropped(height: 1, width: 2)
    #expect(cut.shape == [2, 2, 1, 2])
    #expect(cut.elements == [0, 1, 6, 7, 12, 13, 18, 19])
    #expect(map.cropped(height: 2, width: 1).elements == [0, 3, 6, 9, 12, 15, 18, 21])
    #expect(map.cropped(height: 1, width: 3).elements == [0, 1, 2, 6, 7, 8, 12, 13, 14, 18, 19, 20])
    #expect(map.cropped(height: 2, width: 3).elements == map.elements)
    #expect(map.cropped(height: 0, width: 3).elements == [])
  }

  @Test(arguments: [(1, 1), (1, 9), (7, 3), (8, 8), (9, 11)])
  func whatFillsUpASmallImageIsCutOffAgain(height: Int, width: Int) {
    let pixels = (0..<3 * height * width).map { UInt8(truncatingIfNeeded: 37 * $0 + 5) }
    let filled = Tensor(
      pixels: pixels, height: height, width: width, normalization: .imageNet, minimumSide: 8)
    #expect(filled.shape == [1, 3, max(8, height), max(8, width)])
    let exact = Tensor(pixels: pixels, height: height, width: width, normalization: .imageNet)
    #expect(filled.cropped(height: height, width: width).elements == exact.elements)
  }
}
