public import TesseraLabels

/// Paints a label map over the picture that it belongs to.
public struct Overlay: Hashable, Sendable {
  /// Names and colours of the classes.
  public let labelSet: LabelSet
  /// How much of a pixel's colour comes from its class, in `0...1`.
  public let opacity: Double
  /// Whether pixels beside another label take the class colour in full.
  public let drawsBoundaries: Bool
  /// Whether a table of the classes and their shares stands below.
  public let drawsLegend: Bool

  /// Chooses how to paint.
  ///
  /// - Precondition: `opacity` lies in `0...1`.
  public init(labelSet: LabelSet, opacity: Double = 0.5, drawsBoundaries: Bool = true, drawsLegend: Bool = true) {
    precondition((0...1).contains(opacity), "Overlay: opacity \(opacity) outside 0...1")
    self.labelSet = labelSet
    self.opacity = opacity
    self.drawsBoundaries = drawsBoundaries
    self.drawsLegend = drawsLegend
  }

  /// Paints the map over the image; void pixels keep the image's colour.
  ///
  /// With a legend the result is larger than the image: small images are magnified by a whole factor and set on a
  /// canvas that is wide enough to read. Without one it has the image's size.
  ///
  /// - Precondition: image and map have the same size, at least one pixel; `map.classCount == labelSet.count`.
  public func draw(_ map: LabelMap, over image: Image) -> Image {
    checkPicture("Overlay", image, map, labelSet)
    guard drawsLegend else { return blend(map, over: image) }
    let layout = PictureLayout(width: image.width, height: image.height)
    let picture = blend(layout.magnify(map), over: layout.magnify(image))
    let legend = Legend(of: map, labelSet: labelSet, scale: layout.textScale)
    let width = max(picture.width, legend.minimumWidth)
    var canvas = Canvas(
      width: width, height: picture.height + legend.height(width: width), filledWith: Ink.paper)
    canvas.draw(picture, x: (width - picture.width) / 2, y: 0)
    legend.draw(on: &canvas, y: picture.height)
    return canvas.image
  }

  /// Mixes class colours into an image of the map's size.
  func blend(_ map: LabelMap, over image: Image) -> Image {
    let void = labelSet.count
    let indices = map.indices(void: UInt16(void))
    let colors = labelSet.classes.map { [$0.color.red, $0.color.green, $0.color.blue] }
    // In 256ths, so that the mixture is a matter of integers.
    let weight = Int((opacity * 256).rounded())
    var pixels = image.pixels
    for y in 0..<map.height {
      for x in 0..<map.width {
        let place = y * map.width + x
        let index = Int(indices[place])
        if index == void { continue }
        let isBoundary =
          drawsBoundaries
          && ((x > 0 && indices[place - 1] != indices[place])
            || (x + 1 < map.width && indices[place + 1] != indices[place])
            || (y > 0 && indices[place - map.width] != indices[place])
            || (y + 1 < map.height && indices[place + map.width] != indices[place]))
        let share = isBoundary ? 256 : weight
        for channel in 0..<3 {
          let old = Int(pixels[place * 3 + channel])
          let new = Int(colors[index][channel])
          pixels[place * 3 + channel] = UInt8((old * (256 - share) + new * share + 128) / 256)
        }
      }
    }
    return Image(width: image.width, height: image.height, pixels: pixels)
  }
}

/// Stops a caller whose picture, map and classes do not belong together.
func checkPicture(_ type: String, _ image: Image, _ map: LabelMap, _ labelSet: LabelSet) {
  precondition(
    image.width == map.width && image.height == map.height && map.width >= 1 && map.height >= 1,
    "\(type): an image of \(image.width)×\(image.height) with a map of \(map.width)×\(map.height)")
  precondition(
    map.classCount == labelSet.count, "\(type): a map of \(map.classCount) classes with a set of \(labelSet.count)")
}
