public import TesseraNN
public import TesseraTensor

/// Label maps as a discriminator sees them, with what they belong to.
public struct EncodedLabelMaps {
  /// The maps, `[batch, channels, height, width]`.
  public let variable: Variable
  /// The images at the maps' size, `[batch, 3, height, width]`.
  public let images: Variable
  /// How much of each place is labelled, `[batch, 1, height, width]`; nil where all of every place is.
  public let coverage: Tensor?

  /// Puts maps and images together.
  ///
  /// - Precondition: batch, height and width are equal.
  public init(_ variable: Variable, images: Variable, coverage: Tensor?) {
    let (maps, scene) = (variable.shape, images.shape)
    precondition(
      maps.rank == 4 && scene == [maps[0], 3, maps[2], maps[3]]
        && coverage.map { $0.shape == [maps[0], 1, maps[2], maps[3]] } ?? true,
      "EncodedLabelMaps: maps \(maps) of images \(scene) with coverage \(coverage.map { "\($0.shape)" } ?? "none")")
    self.variable = variable
    self.images = images
    self.coverage = coverage
  }
}
