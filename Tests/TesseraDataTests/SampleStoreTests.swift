import TesseraData
import TesseraImaging
import TesseraLabels
import Testing

@Suite struct SampleStoreTests {
  @Test func aWholeSampleIsItsImageAndMap() throws {
    let split = try SmallSplit(count: 2)
    let samples = try split.dataset.samples(in: .train)
    let store = SampleStore(samples, labelSet: split.dataset.labelSet)
    let normalization = Normalization(mean: [0.25, 0.5, 0], standardDeviation: [0.5, 0.25, 1])
    let batch = try store.wholeSample(1, normalization: normalization)
    #expect((batch.count, batch.height, batch.width) == (1, 7, 9))
    #expect(batch.names == ["1"])
    let image = try PNG.readImage(at: samples[1].imagePath)
    for channel in 0..<3 {
      for pixel in 0..<63 {
        let value = Double(image.pixels[3 * pixel + channel]) / 255
        let expected = (value - normalization.mean[channel]) / normalization.standardDeviation[channel]
        #expect(abs(Double(batch.images[63 * channel + pixel]) - expected) < 1e-5)
      }
    }
    let map = try split.dataset.labelSet.labelMap(from: PNG.readLabelMap(at: samples[1].labelMapPath))
    #expect(batch.labels == map.indices(void: Batch.void))
    #expect(
      try SampleStore(samples, labelSet: store.labelSet, memoryLimit: 0)
        .wholeSample(1, normalization: normalization) == batch)
  }
}
