public import TesseraLabels
import TesseraModels
import TesseraNN
public import TesseraTensor

/// A model made ready for use: all use of a trained network goes through here.
///
/// Several threads may use it at once.
public final class Predictor: Sendable {
  private let model: Model
  private let parameters: PreparedParameters

  /// Makes a model ready.
  ///
  /// - Parameter precision: how maps between its layers are stored; logits are always f32.
  public init(_ model: Model, precision: Precision = .f32) {
    self.model = model
    parameters = PreparedParameters(model.values, precision: precision)
  }

  /// Labels every pixel of an image with the class of the largest logit, ties to the lowest class.
  ///
  /// - Parameter pixels: red, green and blue interleaved, rows from the top; at least one pixel.
  public func labelMap(pixels: [UInt8], height: Int, width: Int) -> LabelMap {
    LabelMap(logits: logits(pixels: pixels, height: height, width: width))
  }

  /// The scores of every class, `[1, classes, height, width]`.
  public func logits(pixels: [UInt8], height: Int, width: Int) -> Tensor {
    // What filled up a small image is cut off again.
    logits(image(pixels, height, width)).cropped(height: height, width: width)
  }

  /// The scores of every class as long as they are wanted, which is asked between layers; nil where they are not.
  public func logits(pixels: [UInt8], height: Int, width: Int, while isWanted: () -> Bool) -> Tensor? {
    logits(image(pixels, height, width), while: isWanted)?.cropped(height: height, width: width)
  }

  private func image(_ pixels: [UInt8], _ height: Int, _ width: Int) -> Tensor {
    Tensor(
      pixels: pixels, height: height, width: width, normalization: model.normalization,
      minimumSide: model.segmenter.minimumSide)
  }

  /// The scores of every class, `[batch, classes, height, width]`, of normalised images, `[batch, 3, height, width]`.
  ///
  /// - Precondition: each side is at least the segmenter's `minimumSide`.
  package func logits(_ images: Tensor) -> Tensor {
    parameters.evaluate { pass in model.segmenter(pass.constant(images), in: pass).variable.value }
  }

  /// The same as long as they are wanted, which is asked between layers; nil where they are not.
  package func logits(_ images: Tensor, while isWanted: () -> Bool) -> Tensor? {
    parameters.evaluate(while: isWanted) { pass in model.segmenter(pass.constant(images), in: pass).variable.value }
  }
}

extension LabelMap {
  /// Labels every pixel of one image with the class of its largest logit, ties to the lowest class.
  ///
  /// - Parameter logits: `[1, classes, height, width]`.
  package init(logits: Tensor) {
    let shape = logits.shape
    precondition(shape.rank == 4 && shape[0] == 1, "LabelMap(logits:): logits of one image have no shape \(shape)")
    self.init(width: shape[3], height: shape[2], classCount: shape[1], indices: logits.largestChannel())
  }
}
