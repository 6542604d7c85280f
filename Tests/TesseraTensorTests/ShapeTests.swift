import TesseraTensor
import Testing

@Suite struct ShapeTests {
  @Test func sizes() {
    let shape: Shape = [4, 3, 5]
    #expect(shape.rank == 3 && shape.count == 60 && shape[1] == 3 && shape.description == "[4, 3, 5]")
    #expect(Shape.scalar.rank == 0 && Shape.scalar.count == 1)
    #expect(Shape([2, 0, 7]).count == 0)
    #expect(Shape([1, 2]) != [2, 1])
  }

  @Test func negativeSizesAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) { _ = Shape([2, -1]) }
  }
}
