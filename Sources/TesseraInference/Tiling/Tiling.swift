import TesseraLabels

/// How an image is cut into windows of one size that a network sees one by one.
///
/// The image is thought filled up, on the right and below, to multiples of ``alignment``. A window adds a tile to the
/// result; around the tile it shows a margin of what is there, but where the image ends. Windows begin at multiples of
/// the alignment, so that halving and summing on tiles of 4×4 fall in one everywhere.
struct Tiling: Hashable {
  /// One piece: what the network sees, and which part of the result comes from it.
  struct Window: Hashable {
    let rows: Range<Int>
    let columns: Range<Int>
    let tileRows: Range<Int>
    let tileColumns: Range<Int>
  }

  /// What sides of windows and tiles are multiples of: four pixels of the lowest level of any network here.
  static let alignment = 32

  private let rows: Side
  private let columns: Side

  /// Cuts an image.
  ///
  /// - Parameters:
  ///   - tile: pixels that a window adds; sides are rounded up to multiples of ``alignment``.
  ///   - margin: pixels that a window shows around its tile, rounded up likewise.
  init(_ image: PixelSize, tile: PixelSize, margin: Int) {
    rows = Side(length: image.height, tile: tile.height, margin: margin)
    columns = Side(length: image.width, tile: tile.width, margin: margin)
  }

  /// The size of every window.
  var window: PixelSize { PixelSize(width: columns.window, height: rows.window) }

  /// The windows, rows from the top.
  var windows: [Window] {
    rows.pieces.flatMap { row in
      columns.pieces.map { column in
        Window(rows: row.seen, columns: column.seen, tileRows: row.tile, tileColumns: column.tile)
      }
    }
  }

  /// The nearest multiple of the alignment that is not below a number.
  static func aligned(_ length: Int) -> Int { (max(length, 1) + alignment - 1) / alignment * alignment }

  private struct Side: Hashable {
    let length: Int
    let filled: Int
    let tile: Int
    let margin: Int
    let window: Int

    init(length: Int, tile: Int, margin: Int) {
      self.length = length
      filled = Tiling.aligned(length)
      self.tile = min(Tiling.aligned(tile), filled)
      self.margin = margin > 0 ? Tiling.aligned(margin) : 0
      window = self.tile == filled ? filled : min(filled, self.tile + 2 * self.margin)
    }

    var pieces: [(seen: Range<Int>, tile: Range<Int>)] {
      stride(from: 0, to: length, by: tile).map { start in
        let first = min(max(0, start - margin), filled - window)
        return (first..<first + window, start..<min(start + tile, length))
      }
    }
  }
}
