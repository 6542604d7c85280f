import ArgumentParser
import Foundation

/// Adversarial training, serving and validation of semantic segmentation.
@main
struct Tessera: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "Train semantic segmenters against a label-map discriminator, serve them, validate label maps.",
    discussion: """
      Options of train and serve also come from the environment (TESSERA_EPOCHS for --epochs) and from --config FILE \
      (YAML): flags win over the environment, that over the file, that over defaults. Their help says which do not.
      Data goes to standard output, everything else to standard error.
      Exit status: 0 done, 1 failed, 64 wrong usage, 130 interrupted.

      Example, from nothing to a label map:
        tessera synthesize --out scenes
        tessera train --data scenes --out run --epochs 10 --width 8
        tessera evaluate --model run --data scenes
        tessera predict --model run scenes/images/val --out maps --overlay
      """,
    version: version,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, ValidateCommand.self, InspectCommand.self,
      ServeCommand.self, RequestCommand.self, TokenCommand.self, ConformCommand.self, SynthesizeCommand.self,
      CompareCommand.self,
      DoctorCommand.self,
    ])

  static func main() async {
    // A write past the limit on file sizes is then an error like any other, and told as one.
    signal(SIGXFSZ, SIG_IGN)
    await main(nil)
  }
}
