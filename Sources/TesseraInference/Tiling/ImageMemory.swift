import TesseraLabels
import TesseraModels
import TesseraProtocol
import TesseraTensor

/// Decides from a limit on memory whether the network sees an image whole, and else in which tiles.
///
/// An image that fits the limit is seen whole. Of any other, the windows take half of the limit and what is kept of the
/// whole image, its pixels and outputs, the other half. Nothing depends on which outputs are asked for, or the same
/// image would be cut differently for different questions.
struct ImageMemory {
  /// What the network takes for an image, from its pixels to its prediction with every output.
  let need: MemoryNeed
  /// Bytes that one image may take.
  let limit: Int
  /// Pixels that a window shows around its tile.
  let margin: Int
  let classCount: Int

  /// Pixels around a tile where scores follow from the whole image anyway: most of what counts lies nearer.
  static let usualMargin = 128
  /// Most pixels of an image: the protocol's default limit.
  static let mostPixels = 1 << 24

  init(need: MemoryNeed, limit: Int, architecture: Architecture, classCount: Int) {
    self.need = need
    self.limit = limit
    self.classCount = classCount
    margin = Tiling.aligned(architecture.reach ?? Self.usualMargin)
  }

  /// Most pixels of an image that the network sees whole.
  var wholePixels: Int { need.pixels(in: limit) }

  /// Most pixels of an image.
  var pixels: Int {
    guard windowPixels >= smallestWindow * smallestWindow else { return min(Self.mostPixels, wholePixels) }
    return min(Self.mostPixels, max(wholePixels, limit / 2 / Self.keptBytes(.labels, classCount)))
  }

  /// Whether what is kept of an image fits, whichever way the network sees it.
  func keeps(_ outputs: OutputSet, pixels: Int) -> Bool {
    pixels <= wholePixels || Self.keptBytes(outputs, classCount) * pixels <= limit / 2
  }

  /// How an image is cut; nil where it is not.
  ///
  /// - Parameter tile: the tile that was asked for; nil for the largest within the limit.
  /// - Precondition: the image has no more than ``pixels``.
  func tiling(of image: PixelSize, tile: PixelSize?) -> Tiling? {
    if let tile {
      guard tile.height < image.height || tile.width < image.width else { return nil }
      return Tiling(image, tile: tile, margin: margin)
    }
    guard image.height * image.width > wholePixels else { return nil }
    let (rows, columns) = (Tiling.aligned(image.height), Tiling.aligned(image.width))
    let side = Int(Double(windowPixels).squareRoot())
    // What one side of the image leaves, the other may have.
    var height = min(rows, Self.down(side))
    let width = min(columns, Self.down(windowPixels / height))
    height = min(rows, Self.down(windowPixels / width))
    return Tiling(
      image,
      tile: PixelSize(
        width: width == columns ? columns : max(Tiling.alignment, width - 2 * margin),
        height: height == rows ? rows : max(Tiling.alignment, height - 2 * margin)), margin: margin)
  }

  private var windowPixels: Int { need.pixels(in: limit / 2) }
  private var smallestWindow: Int { Tiling.alignment + 2 * margin }

  private static func down(_ length: Int) -> Int { max(1, length / Tiling.alignment) * Tiling.alignment }

  /// Bytes kept of each pixel: its colours, its label as a number, as it is sent and in a picture, and probabilities.
  private static func keptBytes(_ outputs: OutputSet, _ classes: Int) -> Int {
    let hasProbabilities = !outputs.isDisjoint(with: [.probabilitiesF16, .probabilitiesF32])
    return 3 + 2 + 2 + 1 + 1 + (hasProbabilities ? 2 * classes * MemoryLayout<Float>.size : 0)
  }
}
