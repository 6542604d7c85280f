import Foundation
import TesseraImaging
import TesseraLabels
import TesseraTensor
import Testing

@testable import TesseraData

/// A training split of `count` samples in a temporary folder.
struct SmallSplit {
  let folder: TemporaryFolder
  let dataset: Dataset

  init(count: Int, width: Int = 9, height: Int = 7) throws {
    folder = try TemporaryFolder()
    for index in 0..<count {
      try folder.writeImage("images/train/\(index).png", width: width, height: height, seed: index)
      try folder.writeMap(
        "labels/train/\(index).png", width: width, height: height, ids: [0, 1, UInt8(index % 2), 255])
    }
    try folder.write("names: [a, b]\nvoid: 255", to: "dataset.yaml")
    dataset = try Dataset(path: folder.path)
  }

  func batches(size: Int, memoryLimit: Int = 1 << 20, seed: UInt64 = 1, crop: Int = 5) throws -> TrainingBatches {
    let store = SampleStore(try dataset.samples(in: .train), labelSet: dataset.labelSet, memoryLimit: memoryLimit)
    return try TrainingBatches(
      store: store, batchSize: size, augmentation: Augmentation(cropWidth: crop, cropHeight: crop - 1),
      normalization: .imageNet, seed: seed)
  }
}

@Suite struct TrainingBatchesTests {
  @Test func anEpochHoldsEverySampleOnceAndDropsTheRest() throws {
    let split = try SmallSplit(count: 7)
    let batches = try split.batches(size: 3)
    #expect(batches.stepsPerEpoch == 2)
    #expect(batches.order(epoch: 0).sorted() == Array(0..<7))
    #expect(batches.order(epoch: 0) != batches.order(epoch: 1))
    let indices = (0..<2).flatMap { batches.indices(at: BatchPosition(epoch: 0, step: $0)) }
    #expect(indices == Array(batches.order(epoch: 0).prefix(6)))
    let batch = try batches.batch(at: BatchPosition(epoch: 0, step: 1))
    #expect(batch.names == indices[3...].map { "\($0)" })
    #expect(batch.images.count == 3 * 3 * 4 * 5 && batch.labels.count == 3 * 4 * 5)
    #expect((batch.count, batch.height, batch.width) == (3, 4, 5))
    #expect(batch.labels.allSatisfy { $0 < 2 || $0 == Batch.void })
    #expect(batch.images.allSatisfy { $0.isFinite })
  }

  @Test func everyOrderIsAsLikelyAsTheOthers() throws {
    let split = try SmallSplit(count: 3)
    let batches = try split.batches(size: 1)
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<1200 { counts[batches.order(epoch: epoch), default: 0] += 1 }
    #expect(counts.count == 6)
    for count in counts.values { #expect((140...260).contains(count)) }
  }

  @Test func aPositionAloneDecides() throws {
    let split = try SmallSplit(count: 6)
    let first = try split.batches(size: 2)
    let position = BatchPosition(epoch: 3, step: 1)
    let direct = try first.batch(at: position)
    let later = try split.batches(size: 2)
    for step in 0..<3 { _ = try later.batch(at: BatchPosition(epoch: 2, step: step)) }
    #expect(try later.batch(at: position) == direct)
    #expect(try split.batches(size: 2, memoryLimit: 0).batch(at: position) == direct)
    #expect(try split.batches(size: 2, seed: 2).batch(at: position) != direct)
    #expect(try first.batch(at: BatchPosition(epoch: 4, step: 1)) != direct)
  }

  @Test func keepsSamplesWithinTheBound() throws {
    let split = try SmallSplit(count: 3)
    let bytes = 5 * 9 * 7
    let batches = try split.batches(size: 3, memoryLimit: 2 * bytes)
    let order = batches.order(epoch: 0)
    let before = try batches.batch(at: BatchPosition(epoch: 0, step: 0))
    // Two samples are in memory; the third must be read again.
    for index in order.prefix(2) { try split.folder.remove("images/train/\(index).png") }
    #expect(try batches.batch(at: BatchPosition(epoch: 0, step: 0)) == before)
    try split.folder.remove("images/train/\(order[2]).png")
    #expect(throws: DatasetError.self) { try batches.batch(at: BatchPosition(epoch: 0, step: 0)) }
  }

  @Test func fillsStorageOfTheCaller() throws {
    let split = try SmallSplit(count: 4)
    let batches = try split.batches(size: 2)
    let position = BatchPosition(epoch: 0, step: 1)
    var images = [Float](repeating: .nan, count: 2 * 3 * 20)
    var labels = [UInt16](repeating: 7, count: 2 * 20)
    var imageSpan = images.mutableSpan
    var labelSpan = labels.mutableSpan
    let names = try batches.fill(images: &imageSpan, labels: &labelSpan, at: position)
    let batch = try batches.batch(at: position)
    #expect(batch == Batch(height: 4, width: 5, images: images, labels: labels, names: names))
  }

  @Test func aSplitBelowABatchIsAnError() throws {
    let split = try SmallSplit(count: 2)
    let error = try #require(throws: DatasetError.self) { try split.batches(size: 3) }
    #expect(error.kind == .splitTooSmall)
    #expect(error.description.contains("at most 2"))
    #expect(try split.batches(size: 2).stepsPerEpoch == 1)
  }

  @Test func onePixelImagesAndCropsWork() throws {
    let split = try SmallSplit(count: 2, width: 1, height: 1)
    let batches = try split.batches(size: 2, crop: 9)
    let batch = try batches.batch(at: BatchPosition(epoch: 0, step: 0))
    #expect(batch.labels.count { $0 != Batch.void } <= 2)
    #expect(batch.images.allSatisfy { $0.isFinite })
  }

  @Test func greyImagesAreReadAsColor() throws {
    let split = try SmallSplit(count: 1)
    let grey = RawLabelMap(width: 9, height: 7, ids: (0..<63).map { UInt8($0 * 4) })
    try split.folder.write(PNG.encodeGray(grey), to: "images/train/0.png")
    let sample = try split.dataset.samples(in: .train)[0].decoded(labelSet: split.dataset.labelSet)
    #expect(sample.pixels == (0..<63).flatMap { [UInt8](repeating: UInt8($0 * 4), count: 3) })
  }

  @Test func errorsNameTheFile() throws {
    let split = try SmallSplit(count: 1)
    let samples = try split.dataset.samples(in: .train)
    func failure() throws -> DatasetError {
      try #require(throws: DatasetError.self) { try samples[0].decoded(labelSet: split.dataset.labelSet) }
    }
    try split.folder.writeMap("labels/train/0.png", width: 9, height: 7, ids: [0, 77])
    let unknown = try failure()
    #expect(unknown.kind == .invalidSample && unknown.path.hasSuffix("labels/train/0.png"))
    #expect(unknown.description.contains("77"))
    try split.folder.writeMap("labels/train/0.png", width: 8, height: 7)
    #expect(try failure().description.contains("8×7"))
    try split.folder.writeImage("labels/train/0.png", width: 9, height: 7)
    #expect(try failure().kind == .unreadable)
    try split.folder.write("", to: "images/train/0.png")
    let empty = try failure()
    #expect(empty.kind == .unreadable && empty.path.hasSuffix("images/train/0.png"))
    #expect(!empty.description.contains("\n"))
  }
}

@Suite struct PassesTests {
  /// An epoch of several passes is as many epochs of one pass, sample by sample and crop by crop.
  @Test func passesAreEpochsInARow() throws {
    let split = try SmallSplit(count: 3)
    let store = SampleStore(try split.dataset.samples(in: .train), labelSet: split.dataset.labelSet)
    let augmentation = Augmentation(cropWidth: 3, cropHeight: 2)
    func batches(_ samples: Int, size: Int) throws -> TrainingBatches {
      try TrainingBatches(
        store: store, batchSize: size, augmentation: augmentation,
        normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], standardDeviation: [1, 1, 1]), seed: 4,
        samplesPerEpoch: samples)
    }
    let (once, twice) = (try batches(3, size: 3), try batches(6, size: 3))
    #expect(once.stepsPerEpoch == 1 && twice.stepsPerEpoch == 2)
    for pass in 0..<4 {
      let expected = try once.batch(at: BatchPosition(epoch: pass, step: 0))
      let found = try twice.batch(at: BatchPosition(epoch: pass / 2, step: pass % 2))
      #expect(found.names == expected.names && found.images == expected.images && found.labels == expected.labels)
    }
    // A batch may hold a sample of two passes.
    let across = try batches(6, size: 2)
    #expect(across.stepsPerEpoch == 3)
    #expect(Set(across.order(epoch: 0).prefix(3)) == [0, 1, 2] && across.order(epoch: 0).count == 6)
    // The last pass of an epoch need not be whole, and a batch may be larger than the set.
    #expect(try batches(5, size: 2).stepsPerEpoch == 2)
    #expect(try batches(8, size: 7).stepsPerEpoch == 1)
  }
}
