public import TesseraLabels
import TesseraModels
import TesseraNN
public import TesseraTensor

extension Model {
  /// Labels every pixel of an image with the class of the largest logit, ties to the lowest class.
  ///
  /// - Parameter pixels: red, green and blue interleaved, rows from the top; at least one pixel.
  public func labelMap(pixels: [UInt8], height: Int, width: Int) -> LabelMap {
    let largest = logits(pixels: pixels, height: height, width: width)
    let columns = largest.shape[3]
    let classes = largest.largestChannel()
    // What filled up a small image is cut off again.
    let indices =
      columns == width
      ? Array(classes.prefix(height * width))
      : (0..<height).flatMap { classes[$0 * columns..<$0 * columns + width] }
    return LabelMap(width: width, height: height, classCount: self.classes.count, indices: indices)
  }

  /// The scores of every class, `[1, classes, rows, columns]`, each side at least the segmenter's shortest.
  public func logits(pixels: [UInt8], height: Int, width: Int) -> Tensor {
    let image = Tensor(
      pixels: pixels, height: height, width: width, normalization: normalization, minimumSide: segmenter.minimumSide)
    return evaluate(values) { pass in segmenter(pass.constant(image), in: pass).variable.value }
  }
}
