import TesseraLabels

/// How large pictures and letters are drawn, so that both can be made out.
struct PictureLayout {
  /// Pixels to which each pixel of a picture grows, in both directions.
  let magnification: Int
  /// Pixels of one point of a letter.
  let textScale: Int

  /// Tiny pictures grow to about 192 pixels; letters grow with pictures beyond 700.
  init(width: Int, height: Int) {
    magnification = max(1, 192 / max(width, height, 1))
    textScale = max(2, (width * magnification + 320) / 512)
  }

  func magnify(_ image: Image) -> Image { image.magnified(by: magnification) }

  func magnify(_ map: LabelMap) -> LabelMap {
    magnification == 1 ? map : map.resized(width: map.width * magnification, height: map.height * magnification)
  }
}
