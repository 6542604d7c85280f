import Foundation
import TesseraImaging
import TesseraTensor
import Testing

@testable import TesseraData

@Suite struct UnlabelledImageTests {
  @Test func imagesOfAFolderAreSortedAndOfClassZero() throws {
    let folder = try TemporaryFolder()
    for (index, name) in ["b", "a", "sub/c"].enumerated() { try folder.writeImage("\(name).png", seed: index) }
    let images = try UnlabelledImage.all(in: folder.path)
    #expect(images.map(\.name) == ["a", "b", "sub/c"])
    let split = try SmallSplit(count: 1)
    let store = SampleStore(unlabelled: images, labelSet: split.dataset.labelSet)
    #expect(store.count == 3 && store.names == ["a", "b", "sub/c"])
    let sample = try store.decoded(1)
    let pixels = try PNG.readImage(at: "\(folder.path)/b.png").pixels
    #expect(sample.pixels == pixels)
    #expect(sample.classes == [UInt16](repeating: 0, count: 12))
  }

  @Test func whatIsMissingOrBrokenIsNamed() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: DatasetError.self) { try UnlabelledImage.all(in: folder.path + "/none") }
    #expect(missing?.kind == .unreadable)
    let empty = #expect(throws: DatasetError.self) { try UnlabelledImage.all(in: folder.path) }
    #expect(empty?.kind == .emptySplit && empty?.path == folder.path)
    try Data("no image".utf8).write(to: URL(filePath: folder.path + "/x.png"))
    let images = try UnlabelledImage.all(in: folder.path)
    let split = try SmallSplit(count: 1)
    let store = SampleStore(unlabelled: images, labelSet: split.dataset.labelSet)
    let broken = #expect(throws: DatasetError.self) { try store.decoded(0) }
    #expect(broken?.kind == .unreadable && broken?.path.hasSuffix("x.png") == true)
  }
}

@Suite struct LabelledFractionTests {
  private let samples = (0..<10).map { Sample(name: "\($0)", imagePath: "i\($0)", labelMapPath: "m\($0)") }

  private func divide(_ denominator: Int, seed: UInt64 = 1) -> (labelled: [Sample], unlabelled: [UnlabelledImage]) {
    var generator = Generator(seed: seed, stream: "labelled")
    return LabelledFraction(denominator: denominator).divide(samples, using: &generator)
  }

  @Test(arguments: [(1, 10), (2, 5), (3, 4), (8, 2), (10, 1), (1000, 1)])
  func partsAreComplete(_ denominator: Int, _ labelled: Int) {
    let parts = divide(denominator)
    #expect(parts.labelled.count == labelled)
    #expect(Set(parts.labelled.map(\.name) + parts.unlabelled.map(\.name)) == Set(samples.map(\.name)))
    #expect(parts.labelled.count + parts.unlabelled.count == 10)
    #expect(parts.labelled.map(\.name) == parts.labelled.map(\.name).sorted())
    #expect(parts.unlabelled.allSatisfy { $0.path == "i\($0.name)" })
  }

  @Test func theSeedDecides() {
    #expect(divide(2).labelled == divide(2).labelled)
    #expect((2..<8).contains { divide(2, seed: $0).labelled != divide(2).labelled })
  }

  @Test(arguments: ["1", "1/2", "1/8", "1/1000000"])
  func textReadsBack(_ text: String) { #expect(LabelledFraction(text)?.description == text) }

  @Test(arguments: ["", "0", "2", "1/0", "2/3", "1/", "/8", "1/8/2", "0.125", "1/1000001", "1/-2"])
  func otherTextIsNone(_ text: String) { #expect(LabelledFraction(text) == nil) }
}
