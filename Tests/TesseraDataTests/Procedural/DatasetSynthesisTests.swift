import Foundation
import TesseraData
import TesseraImaging
import TesseraLabels
import Testing

@Suite struct SynthesisTests {
  private func synthesize(_ path: String, images: Int = 6, width: Int = 48, seed: UInt64 = 1) throws {
    try Dataset.synthesize(to: path, images: images, width: width, height: 32, seed: seed)
  }

  @Test func writesASoundDataset() throws {
    let folder = try TemporaryFolder()
    try synthesize(folder.path + "/new/set")
    let dataset = try Dataset(path: folder.path + "/new/set")
    #expect(try dataset.samples(in: .train).count == 5)
    #expect(try dataset.samples(in: .val).map(\.name) == ["000005"])
    #expect(dataset.labelSet == SceneGenerator.labelSet)
    let report = try dataset.validate()
    #expect(!report.hasErrors && !report.hasUnchecked)
    #expect(!report.findings.contains { $0.rule == "in-between-ids" || $0.rule == "void-share" })

    let sample = try dataset.samples(in: .train)[2]
    let scene = SceneGenerator(width: 48, height: 32, seed: 1).scene(2)
    #expect(try PNG.readImage(at: sample.imagePath) == scene.image)
    #expect(try dataset.labelSet.labelMap(from: PNG.readLabelMap(at: sample.labelMapPath)) == scene.labelMap)
    let header = try PNG.header(of: Array(Data(contentsOf: URL(filePath: sample.labelMapPath))))
    #expect(header.colorType == .palette)
  }

  @Test func sameSeedSameBytes() throws {
    let (first, second, third) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
    try synthesize(first.path)
    try synthesize(second.path)
    try synthesize(third.path, seed: 2)
    let contents = try first.contents()
    #expect(contents.count == 13)
    #expect(try second.contents() == contents)
    #expect(try third.contents() != contents)
  }

  @Test func twoImagesMakeOneOfEach() throws {
    let folder = try TemporaryFolder()
    try synthesize(folder.path, images: 2)
    let dataset = try Dataset(path: folder.path)
    #expect(try dataset.samples(in: .train).count == 1)
    #expect(try dataset.samples(in: .val).count == 1)
  }

  @Test func refusesWhatItMustNotOrCannotWrite() throws {
    let folder = try TemporaryFolder()
    for (images, width) in [(1, 48), (-1, 48), (6, 15), (6, 5000)] {
      let error = try #require(throws: DatasetError.self) {
        try synthesize(folder.path + "/x", images: images, width: width)
      }
      #expect(error.kind == .outOfBounds)
    }
    #expect(try folder.contents().isEmpty)
    try folder.write("x", to: "precious.txt")
    for path in [folder.path, folder.path + "/precious.txt"] {
      let error = try #require(throws: DatasetError.self) { try synthesize(path) }
      #expect(error.kind == .outputNotEmpty)
      #expect(error.description.contains("precious.txt"))
    }
    let error = try #require(throws: DatasetError.self) { try synthesize(folder.path + "/precious.txt/below") }
    #expect(error.kind == .unwritable)
    #expect(try folder.contents().count == 1)
  }
}
