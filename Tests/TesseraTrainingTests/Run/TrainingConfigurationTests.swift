import TesseraModels
import TesseraNN
import Testing

@testable import TesseraTraining

struct TrainingConfigurationTests {
  @Test func everyOptionReadsBackWhatItPrints() throws {
    var changed = TrainingConfiguration()
    let values = [
      "arch": "unet", "width": "7", "init": "weights", "discriminator": "none", "discriminator-scale": "2",
      "encoding": "scaling",
      "scaling-threshold": "0.8", "alternation": "3:1", "truth-target": "0.9", "minibatch-discrimination": "20x5",
      "historical-averaging": "0.5", "virtual-batch": "4", "unlabelled": "more", "labelled-fraction": "1/8",
      "unlabelled-lambda": "0.002", "self-training-lambda": "0.3", "self-training-threshold": "0.4",
      "self-training-start": "7", "lambda": "0.25", "adversarial-term": "minimax", "warm-start-epochs": "1",
      "epochs": "9", "batch": "3",
      "crop": "64x48", "scale": "0.5...2.0", "flip": "false", "brightness": "0.1", "contrast": "0.3",
      "class-weighting": "medianFrequency", "precision": "bf16", "optimizer": "sgd",
      "learning-rate": "0.01", "discriminator-learning-rate": "0.002", "weight-decay": "0.0", "schedule": "cosine",
      "average-decay": "0.5",
      "warm-up-steps": "5", "gradient-norm-limit": "1.5", "seed": "18446744073709551615",
    ]
    #expect(Set(values.keys) == Set(changed.options.keys))
    for (option, value) in values.sorted(by: <) { try changed.set(option, to: value) }
    #expect(changed.options == values)
    var copy = TrainingConfiguration()
    for (option, value) in changed.options.sorted(by: <) { try copy.set(option, to: value) }
    #expect(copy == changed)
    #expect(changed.cropHeight == 64 && changed.cropWidth == 48 && changed.flips == false)
  }

  @Test func onlyAUNetHasAWidth() throws {
    var configuration = TrainingConfiguration()
    try configuration.set("width", to: "7")
    try configuration.set("arch", to: "lraspp")
    #expect(configuration.architecture == .lraspp && configuration.options["width"] == nil)
    let error = #expect(throws: ConfigurationError.self) { try configuration.set("width", to: "8") }
    #expect(
      error?.description
        == "--width 8 cannot be used; lraspp comes in one size: leave width out, or give arch unet")
    var copy = TrainingConfiguration()
    for (option, value) in configuration.options { try copy.set(option, to: value) }
    #expect(copy == configuration)
    try configuration.set("arch", to: "unet")
    #expect(configuration.architecture == .unet(width: 32))
  }

  /// One value per channel in the smallest map has no variance.
  @Test(arguments: [
    (Architecture.unet(width: 2), [(1, 15, false), (2, 15, true), (1, 16, true)]),
    (.lraspp, [(1, 1, false), (1, 16, false), (2, 16, true), (1, 17, true), (2, 1, true)]),
  ])
  func cropsSuitTheArchitecture(
    _ architecture: Architecture, _ crops: [(batch: Int, side: Int, fits: Bool)]
  ) throws {
    let segmenter = try build(from: .random(seed: 0)) { architecture.segmenter($0, classCount: 2) }.network
    var configuration = TrainingConfiguration()
    configuration.adversary = .none
    for (batch, side, fits) in crops {
      configuration.batch = batch
      (configuration.cropHeight, configuration.cropWidth) = (side, side)
      guard !fits else {
        try configuration.validateCrop(for: segmenter)
        continue
      }
      let error = #expect(throws: ConfigurationError.self) { try configuration.validateCrop(for: segmenter) }
      #expect(error?.option == "batch" && error?.remedy.contains("\(side)x\(side)") == true)
    }
  }

  @Test func whatIsLeftOpenHasAName() throws {
    var configuration = TrainingConfiguration()
    for (option, value) in [
      ("warm-start-epochs", "3"), ("init", "x"), ("self-training-start", "3"), ("crop", "16x16"),
      ("gradient-norm-limit", "2"), ("unlabelled", "x"),
      ("unlabelled-lambda", "1"),
      ("self-training-lambda", "1"), ("minibatch-discrimination", "2x2"),
    ] {
      try configuration.set(option, to: value)
    }
    for (option, value) in [
      ("warm-start-epochs", "two-thirds"), ("crop", "image"), ("gradient-norm-limit", "none"), ("unlabelled", "none"),
      ("init", "none"), ("self-training-start", "quarter"),
      ("unlabelled-lambda", "usual"), ("self-training-lambda", "usual"), ("minibatch-discrimination", "none"),
    ] {
      try configuration.set(option, to: value)
    }
    #expect(configuration == TrainingConfiguration())
  }

  @Test(arguments: [
    ("epochs", "many"), ("epochs", "-1"), ("crop", "12"), ("crop", "0x4"), ("crop", "4x"), ("lambda", "nan"),
    ("scale", "1"), ("flip", "yes"), ("discriminator", "huge"), ("width", "0"), ("seed", "-1"), ("encoding", "round"),
    ("learning_rate", "1"), ("precision", "f16"), ("alternation", "2:3"), ("minibatch-discrimination", "4"),
    ("labelled-fraction", "0.5"), ("self-training-start", "-1"),
  ])
  func whatCannotBeReadIsRefused(_ option: String, _ value: String) {
    var configuration = TrainingConfiguration()
    let error = #expect(throws: ConfigurationError.self) { try configuration.set(option, to: value) }
    #expect(error?.description.contains("--\(option) \(value)") == true)
  }

  @Test(arguments: [
    ("epochs", "0"), ("batch", "0"), ("learning-rate", "0"), ("lambda", "-1"), ("scale", "2...1"),
    ("gradient-norm-limit", "0"), ("discriminator-scale", "0"), ("average-decay", "1"), ("average-decay", "-0.1"),
    ("brightness", "1"), ("contrast", "-1"),
  ])
  func whatCannotBeUsedIsRefused(_ option: String, _ value: String) throws {
    var configuration = TrainingConfiguration()
    try configuration.set(option, to: value)
    let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    #expect(error?.option == option)
  }
}
