import TesseraData
import TesseraImaging
import TesseraLabels
import Testing

@Suite struct SampleStoreTests {
  @Test func aWholeSampleIsItsImageAndMap() throws {
    let split = try SmallSplit(count: 2)
    let samples = try split.dataset.samples(in: .train)
    let store = SampleStore(samples, labelSet: split.dataset.labelSet)
    let whole = try store.whole(1)
    #expect(whole.name == "1")
    #expect(whole.pixels == (try PNG.readImage(at: samples[1].imagePath).pixels))
    let map = try split.dataset.labelSet.labelMap(from: PNG.readLabelMap(at: samples[1].labelMapPath))
    #expect(whole.truth == map)
    let unkept = try SampleStore(samples, labelSet: store.labelSet, memoryLimit: 0).whole(1)
    #expect(unkept.pixels == whole.pixels)
    #expect(unkept.truth == whole.truth)
  }
}
