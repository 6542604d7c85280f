public import TesseraLabels

/// What `dataset.yaml` says: the classes, what stored ids mean, and where the files are.
///
/// | key | value | meaning |
/// | --- | --- | --- |
/// | `names` | list, or map from index to name | the classes; required |
/// | `colors` | list of `"#rrggbb"` or `[r, g, b]`, one a class | how classes are painted |
/// | `void` | id, or list of ids | ids that mean void |
/// | `label_map` | map from id to class index, class name or `void` | ids that differ from the index |
/// | `reduce_zero_label` | `true` | id 0 is void and id n means class n − 1 |
/// | `images`, `labels` | path | folders, relative to the file |
/// | `image_suffix`, `label_suffix` | text | what a file name has beyond the name of its sample; `.png` |
/// | `val_fraction` | 0…1 | share of samples that validate, where folders and lists name no splits |
///
/// A class that `label_map` gives an id loses its own index as an id, so `{128: 1, 255: 2}` leaves 0, 128 and 255.
public struct DatasetDescription: Hashable, Sendable {
  /// The classes and what stored ids mean.
  public let labelSet: LabelSet
  /// The folder of images, where one is named.
  public let images: String?
  /// The folder of label maps, where one is named.
  public let labels: String?
  /// What the file name of an image has beyond the name of its sample.
  public let imageSuffix: String
  /// What the file name of a label map has beyond the name of its sample.
  public let labelSuffix: String
  /// Share of samples that validate, where nothing else names splits.
  public let validationFraction: Double?

  /// The name of the file at the root of a data set.
  public static let fileName = "dataset.yaml"

  init(
    labelSet: LabelSet, images: String? = nil, labels: String? = nil, imageSuffix: String = ".png",
    labelSuffix: String = ".png", validationFraction: Double? = nil
  ) {
    self.labelSet = labelSet
    self.images = images
    self.labels = labels
    self.imageSuffix = imageSuffix
    self.labelSuffix = labelSuffix
    self.validationFraction = validationFraction
  }
}
