import ArgumentParser
import TesseraTraining

/// The options that make up a ``TrainingConfiguration``, and the number of threads; each optional so that layers below
/// it show through.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Segmenter: unet, lraspp, farabet or dilated8. (default: unet)") var arch: String?
  @Option(help: "Channels of a unet's first level; the others come in one size. (default: 32)") var width: String?
  @Option(
    name: .customLong("init"),
    help: "Run folder or weights file that the segmenter starts from: of the same --arch and classes. (default: none)")
  var start: String?
  @Option(
    help: ArgumentHelp(
      "What the segmenter learns against: stanford, largefov, largefovlight, smallfov, smallfovlight, fcd, fakeclass "
        + "or none. (default: largefov)",
      discussion: """
        The first five judge whole label maps (Luc et al. 2016), fcd each place of them (Hung et al. 2018); with \
        fakeclass the segmenter tells real images from generated ones itself (Souly et al. 2017). fcd starts from \
        --lambda 0.01, --discriminator-learning-rate 0.0001 and --discriminator-scale 1, fakeclass from 1, 0.0003 and 4.
        """)) var discriminator: String?
  @Option(help: "Pixels along each side that the discriminator sees as one. (default: 4)")
  var discriminatorScale: String?
  @Option(help: "How the discriminator sees label maps: basic, product or scaling. (default: basic)")
  var encoding: String?
  @Option(help: "Least that ground truth keeps of its class in the scaling encoding. (default: 0.9)")
  var scalingThreshold: String?
  @Option(help: "Weight of the adversarial term; 0 trains without. (default: 0.1)") var lambda: String?
  @Option(help: "What the segmenter is told: nonsaturating, minimax or featureMatching. (default: nonsaturating)")
  var adversarialTerm: String?
  @Option(
    help: """
      Who learns when: each (both at every step), such as 3:1 (three steps of the adversary to one), or blocks:500. \
      (default: each)
      """) var alternation: String?
  @Option(help: "What the discriminator is to say of ground truth, such as 0.9 against certainty. (default: 1)")
  var truthTarget: String?
  @Option(help: "Let the discriminator compare the maps of a batch: KERNELSxDIMENSIONS or none. (default: none)")
  var minibatchDiscrimination: String?
  @Option(help: "Weight of the networks' distance from the mean of their past. (default: 0)")
  var historicalAveraging: String?
  @Option(help: "Images of a fixed batch that normalisation takes its statistics from, or 0. (default: 0)")
  var virtualBatch: String?
  @Option(help: "Folder of PNG images without labels to learn from too, or none. (default: none)")
  var unlabelled: String?
  @Option(help: "Share of the training samples whose labels are learned from, such as 1/8. (default: 1)")
  var labelledFraction: String?
  @Option(help: "Weight of the adversarial term of images without labels. (default: 0.001 where there are any)")
  var unlabelledLambda: String?
  @Option(
    help: "Weight of learning from the segmenter's own classes where fcd trusts them. (default: 0.1 where it can)")
  var selfTrainingLambda: String?
  @Option(help: "Trust of the discriminator above which such a class counts. (default: 0.2)")
  var selfTrainingThreshold: String?
  @Option(help: "Steps of adversarial training before that begins, or quarter of them. (default: quarter)")
  var selfTrainingStart: String?
  @Option(
    help: "Epochs of cross-entropy alone before the discriminator takes part, or two-thirds. (default: two-thirds)")
  var warmStartEpochs: String?
  @Option(help: "Epochs in all. (default: 60)") var epochs: String?
  @Option(help: "Images in a batch. (default: 8)") var batch: String?
  @Option(help: "Size of the crops that are learned from, HEIGHTxWIDTH. (default: size of the first image)")
  var crop: String?
  @Option(help: "Least and most that samples are scaled by. (default: 0.8...1.5)") var scale: String?
  @Option(help: "Mirror half of the crops: true or false. (default: true)") var flip: String?
  @Option(help: "Most that crops grow lighter or darker, as a share of full scale. (default: 0.1)")
  var brightness: String?
  @Option(help: "Most that the contrast of crops grows or shrinks, as a share of itself. (default: 0.1)")
  var contrast: String?
  @Option(help: "How the loss weighs classes: none, inverseRoot, enet or medianFrequency. (default: inverseRoot)")
  var classWeighting: String?
  @Option(help: "How maps between layers are stored: f32, or bf16 where the processor has it. (default: f32)")
  var precision: String?
  @Option(help: "Optimiser of the segmenter: adam or sgd. (default: adam)") var optimizer: String?
  @Option(help: "Its base learning rate. (default: 0.002)") var learningRate: String?
  @Option(help: "Base learning rate of the discriminator or generator. (default: 0.00001)")
  var discriminatorLearningRate: String?
  @Option(help: "Weight decay of the segmenter. (default: 0.0001)") var weightDecay: String?
  @Option(help: "Share of the averaged weights that a step leaves; 0 keeps the last step's. (default: 0.99)")
  var averageDecay: String?
  @Option(help: "How learning rates fall: constant, polynomial, cosine or step. (default: polynomial)")
  var schedule: String?
  @Option(help: "Steps over which learning rates first rise. (default: 0)") var warmUpSteps: String?
  @Option(help: "Most that the norm of a network's gradients may be, or none. (default: none)")
  var gradientNormLimit: String?
  @Option(help: "What every random number follows from. (default: 0)") var seed: String?
  @Option(help: "Threads for all numeric work, 1 to 256. (default: one per processor that may be used)")
  var threads: String?
  @Option(help: "YAML file of these options, by their names.") var config: String?

  private var flags: [(option: String, value: String?)] {
    [
      ("arch", arch), ("width", width), ("init", start), ("discriminator", discriminator),
      ("discriminator-scale", discriminatorScale),
      ("encoding", encoding), ("scaling-threshold", scalingThreshold), ("lambda", lambda),
      ("adversarial-term", adversarialTerm), ("alternation", alternation), ("truth-target", truthTarget),
      ("minibatch-discrimination", minibatchDiscrimination), ("historical-averaging", historicalAveraging),
      ("virtual-batch", virtualBatch), ("unlabelled", unlabelled), ("labelled-fraction", labelledFraction),
      ("unlabelled-lambda", unlabelledLambda), ("self-training-lambda", selfTrainingLambda),
      ("self-training-threshold", selfTrainingThreshold), ("self-training-start", selfTrainingStart),
      ("warm-start-epochs", warmStartEpochs), ("epochs", epochs), ("batch", batch), ("crop", crop), ("scale", scale),
      ("flip", flip), ("brightness", brightness), ("contrast", contrast), ("class-weighting", classWeighting),
      ("precision", precision),
      ("optimizer", optimizer), ("learning-rate", learningRate),
      ("discriminator-learning-rate", discriminatorLearningRate), ("weight-decay", weightDecay),
      ("average-decay", averageDecay),
      ("schedule", schedule), ("warm-up-steps", warmUpSteps), ("gradient-norm-limit", gradientNormLimit),
      ("seed", seed), ("threads", threads),
    ]
  }

  func validate() throws {
    try OptionError.asWrongUsage { () throws(OptionError) in _ = try resolved() }
  }

  /// Lays flags over the environment, that over the file, that over the defaults.
  func resolved() throws(OptionError) -> Resolved {
    let layers = try OptionLayers(flags: flags, file: config)
    var configuration = TrainingConfiguration()
    do throws(ConfigurationError) {
      for (option, value) in layers.all where option != "threads" { try configuration.set(option, to: value) }
      try configuration.validate()
      try configuration.requireEffect()
    } catch {
      throw layers.told(error)
    }
    return Resolved(configuration: configuration, threads: try layers.threadCount(), layers: layers)
  }

  /// What the layers come to.
  struct Resolved {
    let configuration: TrainingConfiguration
    let threads: Int
    /// To say where a value came from that the data set does not allow.
    let layers: OptionLayers
  }
}
