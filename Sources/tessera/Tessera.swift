import ArgumentParser

/// Adversarial training, serving and validation of semantic segmentation.
@main
struct Tessera: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "Train semantic segmenters against a label-map discriminator, serve them, validate label maps.",
    discussion: """
      Flags win over the environment (TESSERA_EPOCHS for --epochs), that over --config FILE (YAML), that over defaults.
      Data goes to standard output, everything else to standard error.
      Exit status: 0 done, 1 failed, 64 wrong usage, 130 interrupted.
      """,
    version: "0.1.0",
    subcommands: [TrainCommand.self])
}
