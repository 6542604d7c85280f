import TesseraData
import TesseraLabels
import TesseraModels
import TesseraNN
import Testing

@testable import TesseraTensor
@testable import TesseraTraining

struct TrainingMemoryTests {
  /// In a process of its own, where nobody else takes memory.
  @Test(arguments: [Architecture.unet(width: 8), .lraspp])
  func whatSmallCropsTakeForetellsLargeOnes(_ architecture: Architecture) async {
    await #expect(processExitsWith: .success) { [architecture] in
      ComputeThreads.prepare(count: 2)
      let small = try SmallRun()
      small.configuration.architecture = architecture
      let preparation = try TrainingPreparation(small.configuration, data: small.data)
      var need = try preparation.memoryNeed()
      need.bytesPerPixel -= (TrainingBatches.depth + 2) * 14
      for (height, width) in [(192, 320), (208, 144)] {
        let batch = TrainingBatch(
          images: .zeros([3, 3, height, width]),
          labels: LabelBatch(
            shape: [3, height, width], classCount: small.data.labelSet.count,
            indices: [UInt16](repeating: 1, count: 3 * height * width)))
        var (learners, generator) = (preparation.state.learners, preparation.state.generator)
        let method = try #require(preparation.method)
        let taken = StoragePool.bytesTaken {
          _ = method.advance(
            &learners, with: batch, step: 0, rates: LearningRates(segmenter: 0, adversary: 0), generator: &generator)
        }
        let foretold = need.bytes(pixels: 3 * height * width)
        let share = Double(foretold) / Double(taken)
        #expect((0.9...1.5).contains(share), "\(height)×\(width): foretold \(foretold), taken \(taken)")
      }
    }
  }

  @Test func whatDoesNotFitIsRefusedWithWhatDoes() throws {
    var configuration = TrainingConfiguration()
    configuration.batch = 8
    (configuration.cropHeight, configuration.cropWidth) = (100, 200)
    let need = MemoryNeed(fixedBytes: 1 << 20, bytesPerPixel: 1000)
    try configuration.requireMemory(need, within: (1 << 20) + 160_000_000)
    let fewer = #expect(throws: ConfigurationError.self) {
      try configuration.requireMemory(need, within: (1 << 20) + 159_999_999)
    }
    #expect(fewer?.option == "batch" && fewer?.description.contains("give --batch 7 or less") == true)
    let smaller = #expect(throws: ConfigurationError.self) {
      try configuration.requireMemory(need, within: (1 << 20) + 10_000_000)
    }
    // Half of 100×200 pixels a map: sides of 50 and 100, in steps of 16.
    #expect(smaller?.remedy.hasSuffix("give --crop 48x96 and --batch 2, or a smaller --width") == true)
    configuration.architecture = .lraspp
    let light = #expect(throws: ConfigurationError.self) {
      try configuration.requireMemory(need, within: (1 << 20) + 10_000_000)
    }
    #expect(light?.remedy.hasSuffix("give --crop 48x96 and --batch 2") == true)
  }

  @Test func aRunThatDoesNotFitLeavesTheFolderFree() throws {
    let small = try SmallRun()
    #expect(throws: ConfigurationError.self) {
      _ = try Trainer(
        small.configuration, data: small.data, run: small.run("run"), resuming: false, memoryLimit: 1 << 20)
    }
    _ = try small.trainer("run")
  }
}
