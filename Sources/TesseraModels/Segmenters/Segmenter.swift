public import TesseraNN
import TesseraTensor

/// A network from images to logits: one score per class and pixel.
public protocol Segmenter: Sendable {
  /// Number of classes.
  var classCount: Int { get }

  /// Scores every pixel.
  ///
  /// - Parameter images: normalised, `[batch, 3, height, width]`, each side at least ``minimumSide``.
  /// - Returns: logits, `[batch, classes, height, width]`.
  func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Logits

  /// How many reference images a pass in training must know of: see ``VirtualBatchSegmenter``.
  var references: Int { get }

  /// The shortest side an image may have.
  var minimumSide: Int { get }

  /// Pixels of the smallest map whose batch is normalised, for one image of this size; the image's where none is.
  ///
  /// In training a batch must have more than one of them together, for one value has no variance.
  func coarsestPixels(height: Int, width: Int) -> Int
}

extension Segmenter {
  /// How many reference images a pass in training must know of; most segmenters have none.
  public var references: Int { 0 }
}

/// Scores before softmax, `[batch, classes, height, width]`.
public struct Logits {
  /// The numbers.
  public let variable: Variable

  /// The hidden maps that were scored, `[batch, features, any height, any width]`: what feature matching compares.
  public let features: Variable

  /// Marks a map as logits; whatever is between layers, scores are f32 and lie as losses and softmax read them.
  public init(_ variable: Variable, features: Variable) {
    self.variable = convert(variable, to: .rows, .f32)
    self.features = features
  }

  /// Class probabilities, each pixel summing to 1.
  public var probabilities: ClassProbabilities { ClassProbabilities(softmax(variable)) }
}

/// Softmax of logits, `[batch, classes, height, width]`.
public struct ClassProbabilities {
  /// The numbers.
  public let variable: Variable

  /// Marks a map as class probabilities.
  public init(_ variable: Variable) { self.variable = variable }
}
