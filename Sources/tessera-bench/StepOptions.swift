import ArgumentParser
import TesseraModels

/// Which step of a training is measured.
struct StepOptions: ParsableArguments {
  @OptionGroup var network: NetworkOptions
  @OptionGroup var image: ImageOptions
  @Option(help: "Images in a batch, 1 to 4096.") var batch = 4
  @Flag(help: "Add the LargeFOV discriminator: one step of each network per batch.") var adversary = false
  @Option(help: "Side of the pixel windows that the discriminator sees as one, 1 to 64.") var downsample = 4

  func validate() throws {
    try image.requireBatch(batch)
    try ValidationError.require(downsample, in: 1...64, "downsample")
    guard let (height, width) = image.sides, let architecture = network.architecture else { return }
    // The discriminator halves its maps twice.
    guard !adversary || min(height, width) >= 4 * downsample else {
      throw ValidationError(
        "--size \(image.size): with --downsample \(downsample) the discriminator takes sides of at least "
          + "\(4 * downsample)")
    }
    try Self.requireVariance(of: architecture, batch: batch, image: image)
  }

  /// Refuses batches whose smallest map has one value per channel, for its variance is 0.
  static func requireVariance(of architecture: Architecture, batch: Int, image: ImageOptions) throws {
    guard let (height, width) = image.sides else { return }
    let least: Int
    switch architecture {
    case .unet: least = 16
    case .lraspp: least = 17
    // Nothing of theirs is normalised over a batch.
    case .farabet, .dilated8: return
    }
    guard batch > 1 || max(height, width) >= least else {
      throw ValidationError("--batch 1 --size \(image.size): give 2 images, or a side of \(least)")
    }
  }
}
