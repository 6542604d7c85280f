import TesseraTensor
import Testing

@Suite struct ConvolutionGeometryTests {
  @Test func sameKeepsTheSize() {
    for kernel in [1, 3, 5, 7] {
      for dilation in 1...3 {
        let geometry = ConvolutionGeometry.same(kernel: kernel, dilation: dilation)
        #expect(geometry.outputSize(height: 9, width: 1) == .init(height: 9, width: 1))
      }
    }
    #expect(ConvolutionGeometry.same(kernel: 3, stride: 2).outputSize(height: 7, width: 8) == .init(4))
  }

  @Test func windowsThatDoNotFitMakeNothing() {
    let geometry = ConvolutionGeometry(kernel: .init(height: 3, width: 2), stride: .init(2))
    #expect(geometry.outputSize(height: 2, width: 1) == .init(0))
    #expect(geometry.outputSize(height: 3, width: 5) == .init(height: 1, width: 2))
  }

  /// A transposed convolution makes the smallest map that the convolution would make its input from.
  @Test(arguments: 1...4, 1...3)
  func transposedIsTheInverse(_ kernel: Int, _ stride: Int) {
    let geometry = ConvolutionGeometry(kernel: .init(kernel), stride: .init(stride))
    for size in 1...5 {
      let large = geometry.transposedSize(height: size, width: size)
      #expect(geometry.outputSize(height: large.height, width: large.width) == .init(size))
      #expect(geometry.outputSize(height: large.height - 1, width: large.width).height == size - 1)
    }
  }

  @Test func impossibleWindowsAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) { _ = ConvolutionGeometry(kernel: .init(3), padding: .init(-1)) }
  }
}
