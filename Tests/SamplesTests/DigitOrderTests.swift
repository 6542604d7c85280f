import TesseraImaging
import TesseraTensor
import Testing

@testable import Digits

/// Which digits come when.
struct DigitOrderTests {
  @Test func aSplitIsFixedAndCoversAll() {
    let split = DigitSplit(count: 103)
    #expect(split.training.count == 82 && split.heldOut.count == 21)
    #expect((split.training + split.heldOut).sorted() == Array(0..<103))
    #expect(split == DigitSplit(count: 103) && split.training != split.training.sorted())
  }

  @Test func everyClassIsToldAsOften() {
    let labels = (0..<200).map { UInt8($0 % 10) }
    let digits = DigitSet(pixels: [UInt8](repeating: 0, count: 200 * 784), labels: labels)
    let split = DigitSplit(count: 200)
    var (first, second) = (Generator(seed: 1, stream: "labels"), Generator(seed: 2, stream: "labels"))
    let chosen = split.labelled(perClass: 5, of: digits, using: &first)
    #expect(chosen.count == 50 && Set(chosen).count == 50 && Set(chosen).isSubset(of: split.training))
    for label in 0..<10 { #expect(chosen.filter { Int(labels[$0]) == label }.count == 5) }
    #expect(split.labelled(perClass: 5, of: digits, using: &second) != chosen)
  }

  @Test func minibatchesTakeEachIndexOnceAnEpoch() {
    var batches = Minibatches(of: Array(10..<17), size: 3, generator: Generator(seed: 4, stream: "order"))
    #expect(batches.countPerEpoch == 2)
    let epochs = (0..<3).map { _ in Array(batches.next()) + Array(batches.next()) }
    for epoch in epochs { #expect(Set(epoch).count == 6 && Set(epoch).isSubset(of: 10..<17)) }
    #expect(epochs[0] != epochs[1])
    var again = Minibatches(of: Array(10..<17), size: 3, generator: Generator(seed: 4, stream: "order"))
    #expect(Array(again.next()) + Array(again.next()) == epochs[0])
    var whole = Minibatches(of: [5], size: 1, generator: Generator(seed: 4, stream: "order"))
    #expect((0..<3).map { _ in Array(whole.next()) } == [[5], [5], [5]])
  }

  @Test func aGridShowsInkOnPaper() {
    let paper = [Float](repeating: 0, count: 784)
    var ink = paper
    ink[0] = 1
    ink[1] = 7
    ink[2] = 0.2
    let grid = DigitGrid.draw(Tensor([3, 784], paper + ink + paper), columns: 2)
    #expect(grid.width == 2 * 59 + 3 && grid.height == 2 * 59 + 3)
    func gray(_ x: Int, _ y: Int) -> [UInt8] {
      Array(grid.pixels[(y * grid.width + x) * 3..<(y * grid.width + x) * 3 + 3])
    }
    #expect(gray(3, 3) == [255, 255, 255] && gray(62, 3) == [0, 0, 0] && gray(64, 3) == [0, 0, 0])
    #expect(gray(66, 3) == [204, 204, 204] && gray(0, 0) == [120, 150, 190])
  }
}
