import Testing

@testable import TesseraTensor

@Suite struct TensorChannelsTests {
  /// The channels of each map in turn, element by element.
  private static func joined(_ parts: [Tensor]) -> [Float] {
    let pixels = parts[0].shape[2] * parts[0].shape[3]
    return (0..<parts[0].shape[0]).flatMap { n in
      parts.flatMap { part in
        part.elements[n * part.shape[1] * pixels..<(n + 1) * part.shape[1] * pixels]
      }
    }
  }

  @Test(arguments: [[16, 32], [16, 5], [5, 16], [32, 16, 11], [16, 0, 16], [3]], LayoutTests.layouts)
  func joinsAndCutsWhateverTheLayout(_ counts: [Int], _ layout: Layout) {
    for precision in Precision.allCases {
      let parts = counts.enumerated().map {
        Tensor.random([2, $1, 5, 3], seed: UInt64($0)).converted(to: layout, precision)
      }
      let whole = Tensor.concatenatingChannels(parts)
      #expect(whole.precision == precision && whole.elements == Self.joined(parts))
      var start = 0
      for (part, count) in zip(parts, counts) {
        let cut = whole.channels(start..<start + count)
        #expect(cut.precision == precision && cut.elements == part.elements)
        start += count
      }
    }
  }

  /// Cuts on block borders keep blocks as they are; the last may be padded.
  @Test func blocksStayBlocks() {
    let parts = [32, 11].map { Tensor.random([2, $0, 4, 4]).converted(to: .blocked) }
    let whole = Tensor.concatenatingChannels(parts)
    #expect(whole.layout == .blocked)
    #expect(whole.channels(16..<32).layout == .blocked && whole.channels(32..<43).layout == .blocked)
    #expect(whole.channels(0..<20).layout == .rows && whole.channels(5..<43).layout == .rows)
    // The padding of the last block is zero: all numbers in memory add up to the channels'.
    #expect(abs(whole.total() - whole.elements.reduce(0) { $0 + Double($1) }) < 1e-9)
  }
}
