import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct VirtualBatchSegmenterTests {
  private static let mode = Mode.training(recordsStatistics: false)

  private func scores(
    _ segmenter: some Segmenter, _ values: ParameterSet, _ images: Tensor, references: Int = 0, mode: Mode = mode
  ) -> Tensor {
    evaluate(values, mode: mode, references: references) {
      segmenter($0.constant(images), in: $0).variable.value
    }
  }

  /// What an image scores depends on the reference images and itself, not on the others of its batch.
  @Test func othersOfTheBatchDoNotMatter() throws {
    let (unet, values) = try UNetTests.unet(classCount: 3, width: 4)
    let reference = UNetTests.images(3, 16, 24)
    let virtual = VirtualBatchSegmenter(unet, reference: reference)
    #expect(virtual.references == 3 && unet.references == 0)
    var state: UInt64 = 9
    let images = uniform([2, 3, 16, 24], &state)
    let other = uniform([2, 3, 16, 24], bound: 5, &state)
    let pair = scores(virtual, values, images, references: 3)
    let first = Array(images.elements.prefix(3 * 16 * 24))
    let mixed = Tensor([2, 3, 16, 24], first + other.elements.suffix(3 * 16 * 24))
    let beside = scores(virtual, values, mixed, references: 3)
    #expect(pair.shape == [2, 3, 16, 24])
    #expect(Array(pair.elements.prefix(3 * 16 * 24)) == Array(beside.elements.prefix(3 * 16 * 24)))
    #expect(Array(pair.elements.suffix(3 * 16 * 24)) != Array(beside.elements.suffix(3 * 16 * 24)))
    // Batch normalisation alone mixes them.
    let plain = [images, mixed].map { Array(scores(unet, values, $0).elements.prefix(3 * 16 * 24)) }
    #expect(plain[0] != plain[1])
  }

  @Test func inUseItIsTheSegmenter() throws {
    let (unet, values) = try UNetTests.unet(classCount: 3, width: 4)
    let virtual = VirtualBatchSegmenter(unet, reference: UNetTests.images(2, 16, 24))
    let images = UNetTests.images(1, 9, 13)
    let found = scores(virtual, values, images, mode: .inference)
    #expect(found.elements == scores(unet, values, images, mode: .inference).elements)
  }

  @Test func aPassThatDoesNotKnowIsTheCallersBug() async {
    await #expect(processExitsWith: .failure) {
      let (unet, values) = try UNetTests.unet(classCount: 3, width: 4)
      let virtual = VirtualBatchSegmenter(unet, reference: UNetTests.images(2, 16, 24))
      _ = evaluate(values, mode: .training(recordsStatistics: false)) {
        virtual($0.constant(UNetTests.images(1, 16, 24)), in: $0).variable.value
      }
    }
  }
}
