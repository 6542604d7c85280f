public import TesseraLabels

/// Shows image, ground truth, prediction and errors side by side, with a legend below.
public struct Panel: Hashable, Sendable {
  /// Names and colours of the classes.
  public let labelSet: LabelSet

  /// Takes names and colours from a label set.
  public init(labelSet: LabelSet) {
    self.labelSet = labelSet
  }

  /// The colour of pixels that the prediction gets wrong.
  public static let errorColor = Color(red: 232, green: 32, blue: 48)

  /// Draws the four pictures; in the last, wrong pixels are red, right ones dim, and void ground truth is black.
  ///
  /// - Precondition: image and maps have the same size, at least one pixel, and both maps the set's class count.
  public func draw(image: Image, groundTruth: LabelMap, prediction: LabelMap) -> Image {
    checkPicture("Panel", image, groundTruth, labelSet)
    checkPicture("Panel", image, prediction, labelSet)
    let overlay = Overlay(labelSet: labelSet, opacity: 0.65)
    let layout = PictureLayout(width: image.width, height: image.height)
    let big = layout.magnify(image)
    let errors = errorMap(image, groundTruth, prediction)
    let tiles = [
      ("image", big),
      ("ground truth", overlay.blend(layout.magnify(groundTruth), over: big)),
      ("prediction", overlay.blend(layout.magnify(prediction), over: big)),
      (errors.caption, layout.magnify(errors.image)),
    ]

    let scale = layout.textScale
    let gap = 4 * scale
    let captionHeight = (Glyph.height + 4) * scale
    let tileWidth = max(big.width, tiles.map { Canvas.width(of: $0.0, scale: scale) }.max() ?? 0)
    let legend = Legend(of: groundTruth, labelSet: labelSet, scale: scale)
    let width = max(tiles.count * (tileWidth + gap) - gap, legend.minimumWidth)
    let pictureBottom = captionHeight + big.height
    var canvas = Canvas(
      width: width, height: pictureBottom + legend.height(width: width), filledWith: Ink.paper)
    for (index, (caption, picture)) in tiles.enumerated() {
      let left = index * (tileWidth + gap)
      canvas.write(caption, x: left + scale, y: 2 * scale, scale: scale, Ink.text)
      canvas.draw(picture, x: left, y: captionHeight)
    }
    legend.draw(on: &canvas, y: pictureBottom)
    return canvas.image
  }

  private func errorMap(
    _ image: Image, _ groundTruth: LabelMap, _ prediction: LabelMap
  ) -> (caption: String, image: Image) {
    let void = UInt16(labelSet.count)
    let truth = groundTruth.indices(void: void)
    let predicted = prediction.indices(void: void)
    var wrong = 0
    var judged = 0
    var pixels: [UInt8] = []
    pixels.reserveCapacity(image.pixels.count)
    for place in truth.indices {
      if truth[place] == void {
        pixels += [0, 0, 0]
        continue
      }
      judged += 1
      if truth[place] == predicted[place] {
        let sum = image.pixels[place * 3..<place * 3 + 3].reduce(0) { $0 + Int($1) }
        pixels += repeatElement(UInt8(40 + sum / 6), count: 3)
      } else {
        wrong += 1
        pixels += [Self.errorColor.red, Self.errorColor.green, Self.errorColor.blue]
      }
    }
    let caption = judged == 0 ? "all void" : "errors \(Share.percentage(wrong, of: judged))"
    return (caption, Image(width: image.width, height: image.height, pixels: pixels))
  }
}
