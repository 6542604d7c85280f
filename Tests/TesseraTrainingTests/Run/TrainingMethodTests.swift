import Foundation
import TesseraData
import TesseraImaging
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraTraining

/// Every method trains and, stopped in the middle of the adversarial epochs, goes on to the same numbers.
@Suite(.serialized)
struct TrainingMethodTests {
  static let methods: [[String: String]] = [
    ["discriminator": "stanford", "encoding": "scaling"],
    ["discriminator": "smallfov", "encoding": "product", "alternation": "2:1"],
    ["discriminator": "smallfovlight", "alternation": "blocks:2", "truth-target": "0.9"],
    ["discriminator": "largefovlight", "adversarial-term": "featureMatching", "historical-averaging": "0.001"],
    ["discriminator": "smallfovlight", "minibatch-discrimination": "4x3", "virtual-batch": "2"],
    ["discriminator": "fcd", "labelled-fraction": "1/2", "self-training-start": "1", "discriminator-scale": "1"],
    ["discriminator": "fakeclass"],
    ["discriminator": "fakeclass", "labelled-fraction": "1/2", "adversarial-term": "featureMatching"],
    ["discriminator": "fakeclass", "alternation": "blocks:2", "virtual-batch": "2"],
  ]

  @Test(arguments: methods)
  func stoppedInTheMiddleEqualsUnbroken(_ options: [String: String]) throws {
    let small = try SmallRun()
    // The fully convolutional discriminator needs sides of 32.
    (small.configuration.cropHeight, small.configuration.cropWidth) = (32, 32)
    for (option, value) in options.sorted(by: { $0.key < $1.key }) { try small.configuration.set(option, to: value) }
    let unbroken = try small.finish("whole")
    let adversarial = unbroken.history.filter { $0[.adversaryLoss] != nil }
    #expect(adversarial.count == 2 && adversarial.allSatisfy { $0.diagnosis != nil })
    do {
      var trainer = try small.trainer("broken")
      for _ in 0..<trainer.stepsPerEpoch + trainer.validationCount + 2 { _ = try trainer.next() }
      try trainer.save()
    }
    let resumed = try small.finish("broken", resuming: true)
    #expect(resumed.numbers == unbroken.numbers)
    #expect(resumed.history == unbroken.history)
  }

  @Test func imagesOfAFolderTakePart() throws {
    let small = try SmallRun()
    try small.configuration.set("discriminator", to: "fcd")
    small.configuration.cropHeight = 32
    let folder = small.folder.appending(path: "more").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["a", "b"] {
      let image = Image(width: 40, height: 32, pixels: [UInt8](repeating: 90, count: 3 * 40 * 32))
      try PNG.write(PNG.encode(image), to: "\(folder)/\(name).png")
    }
    small.configuration.unlabelled = folder
    let history = try small.finish("run").history
    #expect(history[0][.unlabelledTerm] == nil && history[1][.unlabelledTerm] != nil)
    // Another picture under the same name is noticed, and so is another name.
    let other = Image(width: 40, height: 32, pixels: [UInt8](repeating: 10, count: 3 * 40 * 32))
    let before = try small.bytes("\(folder)/a.png")
    try PNG.write(PNG.encode(other), to: "\(folder)/a.png")
    let changed = #expect(throws: ResumptionError.self) { _ = try small.trainer("run", resuming: true) }
    #expect(changed?.description.contains("unlabelled") == true)
    try before.write(to: URL(filePath: "\(folder)/a.png"))
    try FileManager.default.removeItem(atPath: "\(folder)/a.png")
    #expect(throws: (any Error).self) { _ = try small.trainer("run", resuming: true) }
  }

  /// A run that starts where another ended begins with its weights and colours.
  @Test func aRunStartsFromAnothersWeights() throws {
    let small = try SmallRun()
    _ = try small.finish("first")
    let weights = try Model.read(small.run("first").best)
    small.configuration.start = small.run("first").path
    let preparation = try TrainingPreparation(small.configuration, data: small.data)
    let elements = weights.values.weights.map(\.tensor.elements)
    #expect(preparation.state.learners.segmenter.values.weights.map(\.tensor.elements) == elements)
    small.configuration.start = small.run("first").best
    let unbroken = try small.finish("second")
    // Resumed, it does not ask where it began.
    do {
      var trainer = try small.trainer("third")
      for _ in 0..<3 { _ = try trainer.next() }
      try trainer.save()
    }
    try FileManager.default.moveItem(atPath: small.run("first").best, toPath: small.folder.path + "/moved")
    #expect(try small.finish("third", resuming: true).numbers == unbroken.numbers)
    try FileManager.default.moveItem(atPath: small.folder.path + "/moved", toPath: small.run("first").best)
    small.configuration.architecture = .unet(width: 3)
    let other = #expect(throws: ConfigurationError.self) { _ = try small.trainer("fourth") }
    #expect(other?.option == "init" && other?.remedy.contains("unet, width 2") == true)
    small.configuration.start = "nowhere"
    #expect(throws: ModelError.self) { _ = try small.trainer("fifth") }
  }

  /// Few labels are learned from as often as many.
  @Test func anEpochOfAFractionHasAsManySteps() throws {
    let small = try SmallRun()
    let whole = try small.trainer("whole").stepsPerEpoch
    small.configuration.labelledFraction = LabelledFraction(denominator: 2)
    let half = try small.trainer("half").stepsPerEpoch
    #expect(whole == half)
  }

  @Test func aFolderWithoutImagesIsRefused() throws {
    let small = try SmallRun()
    try small.configuration.set("discriminator", to: "fcd")
    small.configuration.unlabelled = small.folder.path + "/none"
    #expect(throws: DatasetError.self) { _ = try small.trainer("a") }
    try FileManager.default.createDirectory(atPath: small.folder.path + "/empty", withIntermediateDirectories: true)
    small.configuration.unlabelled = small.folder.path + "/empty"
    let error = #expect(throws: DatasetError.self) { _ = try small.trainer("b") }
    #expect(error?.cause.contains("no PNG image") == true)
  }

  /// An adversary that would never act is refused, and so is self-training that would never begin.
  @Test(arguments: [
    (["warm-start-epochs": "3"], "warm-start-epochs"), (["alternation": "blocks:6"], "alternation"),
    (["alternation": "7:1"], "alternation"),
    (
      ["discriminator": "fcd", "labelled-fraction": "1/2", "self-training-start": "6"], "self-training-start"
    ), (["virtual-batch": "1000"], "virtual-batch"),
  ])
  func whatWouldNeverActIsRefused(_ options: [String: String], _ option: String) throws {
    let small = try SmallRun()
    (small.configuration.cropHeight, small.configuration.cropWidth) = (32, 32)
    for (option, value) in options.sorted(by: { $0.key < $1.key }) { try small.configuration.set(option, to: value) }
    let error = #expect(throws: ConfigurationError.self) { _ = try small.trainer("run") }
    #expect(error?.option == option)
    // Its twin is a run of its own.
    small.configuration = small.configuration.twin
    if option != "virtual-batch" { _ = try small.trainer("twin") }
  }

  @Test func aGeneratorNeedsMoreThanOneValue() throws {
    let small = try SmallRun()
    try small.configuration.set("discriminator", to: "fakeclass")
    small.configuration.batch = 1
    (small.configuration.cropHeight, small.configuration.cropWidth) = (16, 16)
    let error = #expect(throws: ConfigurationError.self) { _ = try small.trainer("run") }
    #expect(error?.option == "batch")
  }

  /// Options that contradict each other are refused before anything is read, with the remedy.
  @Test(arguments: [
    (["discriminator": "stanford", "encoding": "product"], "encoding"),
    (["discriminator": "fakeclass", "encoding": "scaling"], "encoding"),
    (["discriminator": "fakeclass", "minibatch-discrimination": "4x4"], "minibatch-discrimination"),
    (["virtual-batch": "1"], "virtual-batch"), (["arch": "farabet", "virtual-batch": "4"], "virtual-batch"),
    (["self-training-lambda": "0.1"], "self-training-lambda"),
    (["labelled-fraction": "1/2", "self-training-lambda": "0.1"], "self-training-lambda"),
    (["truth-target": "0.50000001"], "truth-target"),
    (["unlabelled-lambda": "0.1"], "unlabelled-lambda"),
    (["discriminator": "none", "unlabelled": "more"], "unlabelled"),
    (["batch": "1", "minibatch-discrimination": "4x4"], "batch"), (["truth-target": "0.5"], "truth-target"),
    (["scaling-threshold": "1"], "scaling-threshold"), (["historical-averaging": "-1"], "historical-averaging"),
    (["self-training-threshold": "2"], "self-training-threshold"),
  ])
  func contradictionsAreRefused(_ options: [String: String], _ option: String) throws {
    var configuration = TrainingConfiguration()
    for (option, value) in options.sorted(by: { $0.key < $1.key }) { try configuration.set(option, to: value) }
    let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    #expect(error?.option == option)
    #expect(error?.remedy.isEmpty == false)
  }

  /// What nothing comes of is refused to whoever asks for it, but not to the twin of a run of which it is part.
  @Test(arguments: [
    (["discriminator": "none", "encoding": "scaling"], "encoding"),
    (["discriminator": "none", "alternation": "3:1"], "alternation"),
    (["lambda": "0", "truth-target": "0.9"], "truth-target"),
    (["discriminator": "none", "minibatch-discrimination": "4x4"], "minibatch-discrimination"),
    (["lambda": "0", "unlabelled": "more"], "unlabelled"), (["scaling-threshold": "0.5"], "scaling-threshold"),
    (
      ["discriminator": "fakeclass", "labelled-fraction": "1/2", "unlabelled-lambda": "0.1"], "unlabelled-lambda"
    ),
  ])
  func whatHasNoEffectIsRefused(_ options: [String: String], _ option: String) throws {
    var configuration = TrainingConfiguration()
    for (option, value) in options.sorted(by: { $0.key < $1.key }) { try configuration.set(option, to: value) }
    try configuration.validate()
    let error = #expect(throws: ConfigurationError.self) { try configuration.requireEffect() }
    #expect(error?.option == option)
    try TrainingConfiguration().requireEffect()
  }

  @Test func aKindOfAdversaryBringsItsUsualWeightAndRate() throws {
    var configuration = TrainingConfiguration()
    try configuration.set("discriminator", to: "fcd")
    #expect(configuration.lambda == 0.01 && configuration.discriminatorLearningRate == 1e-4)
    try configuration.set("lambda", to: "0.5")
    // The same kind again leaves what was said.
    try configuration.set("discriminator", to: "fcd")
    #expect(configuration.lambda == 0.5)
    try configuration.set("discriminator", to: "largefov")
    #expect(configuration == TrainingConfiguration())
  }
}
