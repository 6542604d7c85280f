import TesseraTensor
import Testing

@Suite struct LabelBatchTests {
  @Test func holdsIndicesAndVoid() {
    let labels = LabelBatch(shape: [1, 1, 3], classCount: 2, indices: [0, 1, LabelBatch.void])
    #expect(LabelBatch.void == 65535 && labels.indices.last == LabelBatch.void)
  }

  @Test func refusesWhatNoClassHas() async {
    await #expect(processExitsWith: .failure) { _ = LabelBatch(shape: [1, 1, 1], classCount: 2, indices: [2]) }
    await #expect(processExitsWith: .failure) { _ = LabelBatch(shape: [1, 1, 2], classCount: 2, indices: [0]) }
  }
}
