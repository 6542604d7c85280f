import Foundation
import TesseraData
import TesseraModels
import TesseraTensor

extension TrainingConfiguration {
  /// Every option by its name on the command line, as text that ``set(_:to:)`` reads back.
  public var options: [String: String] {
    var options: [String: String] = [
      "arch": architecture.family.rawValue, "init": start ?? "none",
      "discriminator": "\(adversary)", "discriminator-scale": "\(discriminatorScale)",
      "encoding": encoding.rawValue, "scaling-threshold": "\(scalingThreshold)", "lambda": "\(lambda)",
      "adversarial-term": term.rawValue, "alternation": "\(alternation)", "truth-target": "\(truthTarget)",
      "minibatch-discrimination": minibatchDiscrimination?.description ?? "none",
      "historical-averaging": "\(historicalAveraging)", "virtual-batch": "\(virtualBatch)",
      "unlabelled": unlabelled ?? "none", "labelled-fraction": "\(labelledFraction)",
      "unlabelled-lambda": unlabelledLambda.map { "\($0)" } ?? "usual",
      "self-training-lambda": selfTrainingLambda.map { "\($0)" } ?? "usual",
      "self-training-threshold": "\(selfTrainingThreshold)",
      "self-training-start": selfTrainingStart.map { "\($0)" } ?? "quarter",
      "warm-start-epochs": warmStartEpochs.map { "\($0)" } ?? "two-thirds", "epochs": "\(epochs)", "batch": "\(batch)",
      "crop": cropHeight.flatMap { height in cropWidth.map { "\(height)x\($0)" } } ?? "image",
      "scale": "\(minimumScale)...\(maximumScale)", "flip": "\(flips)", "brightness": "\(brightness)",
      "contrast": "\(contrast)", "class-weighting": classWeighting.rawValue, "precision": precision.rawValue,
      "optimizer": optimizer.rawValue, "learning-rate": "\(learningRate)",
      "discriminator-learning-rate": "\(discriminatorLearningRate)", "weight-decay": "\(weightDecay)",
      "average-decay": "\(averageDecay)",
      "schedule": schedule.rawValue, "warm-up-steps": "\(warmUpSteps)",
      "gradient-norm-limit": gradientNormLimit.map { "\($0)" } ?? "none", "seed": "\(seed)",
    ]
    if case .unet(let width) = architecture { options["width"] = "\(width)" }
    return options
  }

  /// The options and the number of threads as a YAML mapping, in the order of their names.
  func yaml(threads: Int) -> String {
    let all = options.merging(["threads": "\(threads)"]) { option, _ in option }
    return all.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.scalar($0.value))\n" }.joined()
  }

  /// A text as YAML takes it: between quotation marks where it holds more than letters, digits and a few signs.
  private static func scalar(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._/+-:".contains($0)) }
    guard !plain || text.isEmpty || text.hasSuffix(":") else { return text }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let quoted = try? encoder.encode(text) else { return text }
    return String(decoding: quoted, as: UTF8.self)
  }

  /// Gives an option a value.
  ///
  /// What only some architectures have, such as a width, comes after `arch`: another one starts at its usual size. So
  /// do the weight and the rate that a kind of adversary is used with come after `discriminator`.
  ///
  /// - Parameters:
  ///   - option: its name on the command line, without dashes.
  ///   - value: as on the command line.
  /// - Throws: ``ConfigurationError`` where the option is unknown, the architecture has none, or the value cannot be
  ///   read.
  public mutating func set(_ option: String, to value: String) throws(ConfigurationError) {
    let reader = OptionReader(option: option, value: value)
    switch option {
    case "arch":
      let family: Architecture.Family = try reader.choice()
      if family != architecture.family { architecture = Architecture(family) }
    case "width":
      guard case .unet = architecture else {
        throw reader.error("\(architecture.family.rawValue) comes in one size: leave width out, or give arch unet")
      }
      architecture = .unet(width: try reader.integer(in: UNet.widths))
    case "init": start = value == "none" ? nil : value
    case "discriminator":
      let kind: AdversaryKind = try reader.described(
        as: AdversaryKind.allCases.map(\.description).joined(separator: " or "))
      guard kind != adversary else { break }
      adversary = kind
      takeUsualValues()
    case "discriminator-scale": discriminatorScale = try reader.integer()
    case "encoding": encoding = try reader.choice()
    case "scaling-threshold": scalingThreshold = try reader.number()
    case "alternation":
      alternation = try reader.described(as: "each, such as 3:1 for three steps of the adversary to one, or blocks:500")
    case "truth-target": truthTarget = try reader.number()
    case "minibatch-discrimination":
      minibatchDiscrimination = value == "none" ? nil : try reader.described(as: "KERNELSxDIMENSIONS such as 100x5")
    case "historical-averaging": historicalAveraging = try reader.number()
    case "virtual-batch": virtualBatch = try reader.integer()
    case "unlabelled": unlabelled = value == "none" ? nil : value
    case "labelled-fraction": labelledFraction = try reader.described(as: "1 or such as 1/8")
    case "unlabelled-lambda": unlabelledLambda = value == "usual" ? nil : try reader.number()
    case "self-training-lambda": selfTrainingLambda = value == "usual" ? nil : try reader.number()
    case "self-training-threshold": selfTrainingThreshold = try reader.number()
    case "self-training-start": selfTrainingStart = value == "quarter" ? nil : try reader.integer()
    case "lambda": lambda = try reader.number()
    case "adversarial-term": term = try reader.choice()
    case "warm-start-epochs": warmStartEpochs = value == "two-thirds" ? nil : try reader.integer()
    case "epochs": epochs = try reader.integer()
    case "batch": batch = try reader.integer()
    case "crop": (cropHeight, cropWidth) = value == "image" ? (nil, nil) : try reader.sides()
    case "scale": (minimumScale, maximumScale) = try reader.range()
    case "flip": flips = try reader.boolean()
    case "brightness": brightness = try reader.number()
    case "contrast": contrast = try reader.number()
    case "class-weighting": classWeighting = try reader.choice()
    case "precision": precision = try reader.choice()
    case "optimizer": optimizer = try reader.choice()
    case "learning-rate": learningRate = try reader.number()
    case "discriminator-learning-rate": discriminatorLearningRate = try reader.number()
    case "weight-decay": weightDecay = try reader.number()
    case "average-decay": averageDecay = try reader.number()
    case "schedule": schedule = try reader.choice()
    case "warm-up-steps": warmUpSteps = try reader.integer()
    case "gradient-norm-limit": gradientNormLimit = value == "none" ? nil : try reader.number()
    case "seed": seed = try reader.seed()
    default: throw reader.error("there is no such option; known are \(options.keys.sorted().joined(separator: ", "))")
    }
  }
}

/// Reads the text of one option.
private struct OptionReader {
  let option: String
  let value: String

  func error(_ remedy: String) -> ConfigurationError {
    ConfigurationError(option: option, value: value, remedy: remedy)
  }

  func choice<Value: CaseIterable & RawRepresentable<String>>(or other: String...) throws(ConfigurationError) -> Value {
    guard let choice = Value(rawValue: value) else {
      throw error("give \((Value.allCases.map(\.rawValue) + other).joined(separator: " or "))")
    }
    return choice
  }

  /// A value that is read from its own description.
  func described<Value: LosslessStringConvertible>(as form: String) throws(ConfigurationError) -> Value {
    guard let described = Value(value) else { throw error("give \(form)") }
    return described
  }

  func integer(in range: ClosedRange<Int> = 0...Int(Int32.max)) throws(ConfigurationError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw error("give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func seed() throws(ConfigurationError) -> UInt64 {
    guard let number = UInt64(value) else { throw error("give a whole number, 0 or more") }
    return number
  }

  func number() throws(ConfigurationError) -> Double {
    guard let number = Double(value), number.isFinite else { throw error("give a number such as 0.1") }
    return number
  }

  func boolean() throws(ConfigurationError) -> Bool {
    guard let boolean = Bool(value) else { throw error("give true or false") }
    return boolean
  }

  func sides() throws(ConfigurationError) -> (height: Int, width: Int) {
    let sides = value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let height = sides[0], let width = sides[1], height > 0, width > 0 else {
      throw error("give HEIGHTxWIDTH such as 288x384")
    }
    return (height, width)
  }

  func range() throws(ConfigurationError) -> (Double, Double) {
    let bounds = value.split(separator: "...").map { Double($0) }
    guard bounds.count == 2, let low = bounds[0], let high = bounds[1] else {
      throw error("give LEAST...MOST such as 0.8...1.5")
    }
    return (low, high)
  }
}
