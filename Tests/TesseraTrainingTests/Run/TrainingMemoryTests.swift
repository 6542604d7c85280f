import TesseraData
import TesseraLabels
import TesseraModels
import TesseraNN
import Testing

@testable import TesseraTensor
@testable import TesseraTraining

struct TrainingMemoryTests {
  static let methods: [[String: String]] = [
    ["width": "8"], ["arch": "lraspp"],
    // Images without labels, with both of their terms.
    ["width": "8", "discriminator": "fcd", "labelled-fraction": "1/2", "self-training-start": "0"],
    ["width": "8", "discriminator": "fakeclass"],
    ["width": "8", "discriminator": "fakeclass", "labelled-fraction": "1/2"],
    ["width": "8", "virtual-batch": "2"],
  ]

  /// In a process of its own, where nobody else takes memory.
  @Test(arguments: methods)
  func whatSmallCropsTakeForetellsLargeOnes(_ options: [String: String]) async {
    await #expect(processExitsWith: .success) { [options] in
      ComputeThreads.prepare(count: 2)
      let small = try SmallRun()
      for (option, value) in options.sorted(by: { $0.key < $1.key }) { try small.configuration.set(option, to: value) }
      small.configuration.batch = 3
      for (height, width) in [(192, 320), (208, 144)] {
        (small.configuration.cropHeight, small.configuration.cropWidth) = (height, width)
        let preparation = try TrainingPreparation(small.configuration, data: small.data)
        var need = try preparation.memoryNeed()
        let takesUnlabelled = preparation.unlabelledBatches != nil
        need.bytesPerPixel -= (TrainingBatches.depth + 2) * (takesUnlabelled ? 26 : 14)
        let images = Tensor.zeros([3, 3, height, width])
        func labels(_ index: UInt16) -> LabelBatch {
          LabelBatch(
            shape: [3, height, width], classCount: small.data.labelSet.count,
            indices: [UInt16](repeating: index, count: 3 * height * width))
        }
        let batch = TrainingBatch(
          images: images, labels: labels(1),
          unlabelled: takesUnlabelled ? UnlabelledBatch(images: images, shown: labels(0)) : nil)
        var (learners, generator) = (preparation.state.learners, preparation.state.generator)
        let method = try #require(preparation.method)
        let taken = StoragePool.bytesTaken {
          _ = method.advance(
            &learners, with: batch, step: 0, rates: LearningRates(segmenter: 0, adversary: 0), generator: &generator)
        }
        let foretold = need.bytes(pixels: preparation.configuration.imagesPerStep * height * width)
        let share = Double(foretold) / Double(taken)
        #expect((0.9...1.5).contains(share), "\(options), \(height)×\(width): foretold \(foretold), taken \(taken)")
      }
    }
  }

  /// Before the kernels are made: their memory alone would be too much.
  @Test func kernelsThatDoNotFitAreNotMade() async {
    await #expect(processExitsWith: .success) {
      let small = try SmallRun()
      try small.configuration.set("minibatch-discrimination", to: "1024x1024")
      var error: ConfigurationError?
      let taken = StoragePool.bytesTaken {
        error = #expect(throws: ConfigurationError.self) {
          _ = try Trainer(
            small.configuration, data: small.data, run: small.run("run"), resuming: false, memoryLimit: 1 << 30)
        }
      }
      #expect(error?.option == "minibatch-discrimination" && error?.remedy.contains(" and 1.0 GiB are free") == true)
      #expect(taken < 64 << 20, "\(taken)")
      // As many as it says that fit pass this check.
      let fitting = try #require(error?.remedy.firstMatch(of: /at most (\d+)/)?.output.1)
      let most = try #require(Int(fitting)) / 1024
      for (count, isRefused) in [(most, false), (most + 1, true)] {
        try small.configuration.set("minibatch-discrimination", to: "\(count)x1024")
        var refusal: (any Error)?
        do { try small.configuration.requireMemoryOfKernels(channels: 4, within: 1 << 30) } catch { refusal = error }
        #expect((refusal != nil) == isRefused)
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
