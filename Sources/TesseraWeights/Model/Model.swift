public import TesseraLabels
public import TesseraModels
public import TesseraNN
public import TesseraTensor

/// A trained segmenter with all that its use needs: classes, colours and the normalisation of its images.
public struct Model: Sendable {
  /// Which segmenter it is.
  public let architecture: Architecture
  /// The classes in index order.
  public let classes: [LabelClass]
  /// How its images are shifted and scaled.
  public let normalization: PixelNormalization
  /// Its layers.
  public let segmenter: any Segmenter
  /// Its numbers.
  public let values: ParameterSet
  /// How it came about, such as the seed and the best score: for people.
  public let provenance: [String: String]

  /// Builds a model from numbers.
  ///
  /// - Throws: ``WeightsError`` where stored numbers are of another network.
  /// - Precondition: at least one class.
  public init(
    _ architecture: Architecture, classes: [LabelClass], normalization: PixelNormalization, source: WeightsSource,
    provenance: [String: String] = [:]
  ) throws(WeightsError) {
    self.architecture = architecture
    self.classes = classes
    self.normalization = normalization
    self.provenance = provenance
    (segmenter, values) = try build(from: source) {
      architecture.segmenter($0, classCount: classes.count)
    }
  }

  /// The same model with other numbers and another provenance.
  ///
  /// - Precondition: the numbers are of the same network.
  public func with(_ values: ParameterSet, provenance: [String: String]) -> Model {
    precondition(values.names == self.values.names, "Model.with: the numbers are of another network")
    return Model(self, values, provenance)
  }

  private init(_ model: Model, _ values: ParameterSet, _ provenance: [String: String]) {
    architecture = model.architecture
    classes = model.classes
    normalization = model.normalization
    segmenter = model.segmenter
    self.values = values
    self.provenance = provenance
  }
}
