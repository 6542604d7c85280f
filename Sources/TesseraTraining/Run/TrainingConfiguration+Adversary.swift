import TesseraData
public import TesseraModels

extension TrainingConfiguration {
  /// What the segmenter learns against.
  public enum AdversaryKind: Hashable, Sendable, Codable {
    /// Nothing: cross-entropy alone.
    case none
    /// A discriminator of label maps.
    case discriminator(DiscriminatorArchitecture)
    /// A generator of images, whose pixels the segmenter is to tell from real ones by a class of its own.
    case fakeClass
  }

  /// How a discriminator sees label maps.
  public enum EncodingKind: String, CaseIterable, Hashable, Sendable, Codable {
    /// Class probabilities and one-hot ground truth.
    case basic
    /// Both times the colours of the image.
    case product
    /// Ground truth as soft as the prediction.
    case scaling
  }

  /// Kernels of minibatch discrimination.
  public struct MinibatchKernels: Hashable, Sendable, Codable, LosslessStringConvertible {
    /// How many numbers compare a map with the others.
    public let count: Int
    /// Dimensions in which each compares.
    public let dimensions: Int

    /// Numbers that are allowed.
    private static let range = 1...1024

    /// Such as `100x5`.
    public var description: String { "\(count)x\(dimensions)" }

    /// Reads a description; nil where it is none or a number lies outside 1 to 1024.
    public init?(_ description: String) {
      let parts = description.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let count = parts[0], let dimensions = parts[1],
        Self.range.contains(count), Self.range.contains(dimensions)
      else { return nil }
      self.count = count
      self.dimensions = dimensions
    }
  }

  /// Whether images without labels take part.
  public var learnsFromUnlabelled: Bool {
    guard hasUnlabelled, lambda > 0 else { return false }
    return switch adversary {
    case .none: false
    case .discriminator:
      unlabelledObjective(adversarialSteps: 0).lambda > 0
        || unlabelledObjective(adversarialSteps: 0).selfTrainingLambda > 0
    case .fakeClass: true
    }
  }

  /// Whether there are images without labels.
  var hasUnlabelled: Bool { unlabelled != nil || labelledFraction != .all }

  /// What images without labels contribute.
  ///
  /// - Parameter steps: of adversarial training.
  func unlabelledObjective(adversarialSteps steps: Int) -> UnlabelledObjective {
    guard hasUnlabelled else { return .none }
    return UnlabelledObjective(
      lambda: Float(unlabelledLambda ?? 0.001), selfTrainingLambda: Float(selfTrainingLambda ?? usualSelfTraining),
      threshold: Float(selfTrainingThreshold), selfTrainingStart: selfTrainingStart ?? max(0, steps / 4))
  }

  /// Trust in a whole map says nothing of its pixels: without a discriminator of places there is none.
  private var usualSelfTraining: Double {
    if case .discriminator(let kind) = adversary, kind.judgesPlaces { 0.1 } else { 0 }
  }

  /// Refuses an adversary that would never act, and self-training that would never begin.
  func requireAdversaryActs(stepsPerEpoch: Int) throws(ConfigurationError) {
    guard hasTwin else { return }
    let steps = max(0, (epochs - adversarialStart) * stepsPerEpoch)
    guard steps > 0 else {
      throw ConfigurationError(
        option: "warm-start-epochs", value: "\(adversarialStart)",
        remedy: "the adversary would take part in none of \(epochs) epochs: give fewer, or --discriminator none")
    }
    let turns = (0..<steps).lazy.map { alternation.turn(at: $0) }
    guard turns.contains(where: \.segmenterLearns), turns.contains(where: \.adversaryLearns) else {
      throw ConfigurationError(
        option: "alternation", value: "\(alternation)",
        remedy: "in \(steps) steps of adversarial training one network would never learn: give shorter turns or more "
          + "--epochs")
    }
    let unlabelled = unlabelledObjective(adversarialSteps: steps)
    guard unlabelled.selfTrainingLambda == 0 || unlabelled.selfTrainingStart < steps else {
      throw ConfigurationError(
        option: "self-training-start", value: "\(unlabelled.selfTrainingStart)",
        remedy: "there are \(steps) steps of adversarial training: give fewer, or quarter")
    }
  }

  /// The same run without adversary: its λ = 0 twin, of equal start, data order and steps of the segmenter.
  public var twin: TrainingConfiguration {
    var twin = self
    twin.lambda = 0
    return twin
  }

  /// Whether the twin is another run.
  public var hasTwin: Bool { lambda > 0 && adversary != .none }

  /// What a kind of adversary is used with unless something else is said.
  mutating func takeUsualValues() {
    switch adversary {
    case .discriminator(.fcd):
      // Hung et al. 2018, section 4.
      lambda = 0.01
      discriminatorLearningRate = 1e-4
      discriminatorScale = 1
    case .fakeClass:
      // Salimans et al. 2016 give the unsupervised part the weight of the supervised one.
      lambda = 1
      discriminatorLearningRate = 3e-4
      discriminatorScale = TrainingConfiguration().discriminatorScale
    case .none, .discriminator:
      let usual = TrainingConfiguration()
      lambda = usual.lambda
      discriminatorLearningRate = usual.discriminatorLearningRate
      discriminatorScale = usual.discriminatorScale
    }
  }

  /// Refuses options that nothing comes of, as whoever gives them expects something.
  ///
  /// A twin has such options: it is told all that the run beside it is.
  public func requireEffect() throws(ConfigurationError) {
    let usual = TrainingConfiguration()
    let withoutAdversary = hasTwin ? nil : (lambda > 0 ? "without a discriminator" : "with --lambda 0")
    let withoutLabelMaps = adversary == .fakeClass ? "with fakeclass" : nil
    let reasons: [(option: String, isUsual: Bool, reason: String?)] = [
      ("alternation", alternation == usual.alternation, withoutAdversary),
      ("adversarial-term", term == usual.term, withoutAdversary),
      ("truth-target", truthTarget == usual.truthTarget, withoutAdversary),
      ("encoding", encoding == usual.encoding, withoutAdversary),
      ("unlabelled", unlabelled == nil, withoutAdversary),
      ("minibatch-discrimination", minibatchDiscrimination == nil, withoutAdversary),
      ("unlabelled-lambda", unlabelledLambda == nil, withoutAdversary ?? withoutLabelMaps),
      ("self-training-lambda", selfTrainingLambda == nil, withoutAdversary ?? withoutLabelMaps),
      ("self-training-start", selfTrainingStart == nil, withoutAdversary ?? withoutLabelMaps),
      ("scaling-threshold", scalingThreshold == usual.scalingThreshold, encoding == .scaling ? nil : "without scaling"),
    ]
    for (option, isUsual, reason) in reasons {
      guard let reason, !isUsual else { continue }
      throw ConfigurationError(
        option: option, value: options[option] ?? "", remedy: "nothing comes of it \(reason): leave it out")
    }
  }

  /// Refuses options that contradict each other.
  func requireConsistency() throws(ConfigurationError) {
    func refuse(_ option: String, _ value: some Any, _ remedy: String) -> ConfigurationError {
      ConfigurationError(option: option, value: "\(value)", remedy: remedy)
    }
    if case .discriminator(.stanford) = adversary, encoding == .product {
      throw refuse(
        "encoding", encoding.rawValue,
        "the discriminator stanford takes the image on a branch of its own: give --encoding basic or scaling, or "
          + "another --discriminator")
    }
    if adversary == .fakeClass {
      guard encoding == .basic else {
        throw refuse("encoding", encoding.rawValue, "fakeclass judges images, not label maps: leave it out")
      }
      guard minibatchDiscrimination == nil else {
        throw refuse(
          "minibatch-discrimination", minibatchDiscrimination?.description ?? "",
          "fakeclass has no discriminator beside the segmenter: leave it out")
      }
    }
    guard unlabelled == nil || adversary != .none else {
      throw refuse(
        "unlabelled", unlabelled ?? "",
        "images without labels are learned from through an adversary: give --discriminator fcd, or leave it out")
    }
    if selfTrainingLambda ?? 0 > 0, hasTwin {
      guard case .discriminator(let kind) = adversary, kind.judgesPlaces else {
        throw refuse(
          "self-training-lambda", selfTrainingLambda ?? 0,
          "\(adversary) does not judge places, whose trust makes labels: give --discriminator fcd, or leave it out")
      }
    }
    guard virtualBatch == 0 || (2...4096).contains(virtualBatch) else {
      throw refuse(
        "virtual-batch", virtualBatch,
        "a reference batch of one image has no statistics beside its own: give 2 to 4096 images, or 0 for none")
    }
    guard virtualBatch == 0 || architecture.normalizesBatches else {
      throw refuse("virtual-batch", virtualBatch, "\(architecture.family.rawValue) normalises nothing: leave it out")
    }
    guard minibatchDiscrimination == nil || batch > 1 else {
      throw refuse("batch", batch, "minibatch discrimination compares the maps of a batch: give at least 2")
    }
  }
}

extension TrainingConfiguration.AdversaryKind: LosslessStringConvertible {
  /// As `--discriminator` takes it.
  public var description: String {
    switch self {
    case .none: "none"
    case .discriminator(let architecture): architecture.rawValue
    case .fakeClass: "fakeclass"
    }
  }

  /// All kinds.
  public static var allCases: [Self] {
    DiscriminatorArchitecture.allCases.map { .discriminator($0) } + [.fakeClass, .none]
  }

  /// Reads a description; nil where it is none.
  public init?(_ description: String) {
    guard let kind = Self.allCases.first(where: { $0.description == description }) else { return nil }
    self = kind
  }
}
