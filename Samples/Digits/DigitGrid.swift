package import TesseraImaging
import TesseraLabels
package import TesseraTensor

/// A picture of many digits in rows and columns, ink on paper.
package enum DigitGrid {
  private static let gap = 3
  private static let magnification = 2

  /// Draws digits in reading order.
  ///
  /// - Parameter digits: `[count, 784]`, from 0, paper, to 1, ink; beyond that clipped.
  package static func draw(_ digits: Tensor, columns: Int) -> Image {
    let count = digits.shape[0]
    precondition(count >= 1 && columns >= 1, "DigitGrid: \(count) digits in \(columns) columns")
    let pitch = DigitSet.side * magnification + gap
    let rows = (count + columns - 1) / columns
    var canvas = Canvas(
      width: columns * pitch + gap, height: rows * pitch + gap,
      filledWith: Color(red: 120, green: 150, blue: 190))
    let numbers = digits.elements
    for index in 0..<count {
      let pixels = numbers[index * DigitSet.pixelCount..<(index + 1) * DigitSet.pixelCount].flatMap { ink in
        [UInt8](repeating: UInt8((255 * (1 - min(max(ink, 0), 1))).rounded()), count: 3)
      }
      let image = Image(width: DigitSet.side, height: DigitSet.side, pixels: pixels).magnified(by: magnification)
      canvas.draw(image, x: gap + index % columns * pitch, y: gap + index / columns * pitch)
    }
    return canvas.image
  }
}
