import Testing

@testable import TesseraTensor

@Suite struct TensorTests {
  @Test func elementsComeBack() {
    #expect(Tensor([2, 2], [1, 2, 3, 4]).elements == [1, 2, 3, 4])
    #expect(Tensor(scalar: 7).scalar == 7)
    #expect(Tensor.filled([3], with: 2).elements == [2, 2, 2])
    #expect(Tensor([0, 4], []).elements.isEmpty)
    #expect(Tensor([2], initializingWith: { $0.update(repeating: 5) }).elements == [5, 5])
    #expect(Tensor([3], [1, 2, 3]).withElements { $0.reduce(0, +) } == 6)
  }

  /// A copy shares its memory until one of the two is written.
  @Test func writingLeavesCopiesAlone() {
    var a = Tensor([3], [1, 2, 3])
    let b = a
    #expect(a.pointer == b.pointer)
    a.add(Tensor([3], [10, 20, 30]))
    #expect(a.elements == [11, 22, 33] && b.elements == [1, 2, 3])
    let place = a.pointer
    a.add(b)
    #expect(a.pointer == place)
  }

  @Test func addingItselfDoubles() {
    var a = Tensor([3], [1, 2, 3])
    a.add(a)
    #expect(a.elements == [2, 4, 6])
  }

  @Test(arguments: [Layout.rows, .channelsLast, .blocked])
  func reshapingReadsInRowMajorOrder(_ layout: Layout) {
    let x = Tensor.random([2, 5, 3, 2])
    #expect(x.converted(to: layout).reshaped(to: [10, 6]).elements == x.elements)
    #expect(x.converted(to: layout).withElements { Array($0) } == x.elements)
  }

  @Test func countsMustFit() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([2], [1, 2]).reshaped(to: [3]) }
  }
}
