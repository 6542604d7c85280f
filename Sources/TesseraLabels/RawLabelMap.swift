/// Label ids as a file or a frame holds them, before a label set says what each means.
///
/// A raw map may hold any id; ``LabelSet/labelMap(from:)`` turns it into a ``LabelMap`` or says which ids are unknown.
public struct RawLabelMap: Hashable, Sendable {
  /// The ids, row by row from the top, in the width they were stored with.
  public enum IDs: Hashable, Sendable {
    /// One byte a pixel.
    case u8([UInt8])
    /// Two bytes a pixel.
    case u16([UInt16])
  }

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height * width` ids, row by row from the top.
  public let ids: IDs

  /// Wraps ids of one byte.
  ///
  /// - Precondition: `ids.count == width * height`, both at least 0.
  public init(width: Int, height: Int, ids: [UInt8]) {
    self.init(width: width, height: height, ids: .u8(ids))
  }

  /// Wraps ids of two bytes.
  ///
  /// - Precondition: `ids.count == width * height`, both at least 0.
  public init(width: Int, height: Int, ids: [UInt16]) {
    self.init(width: width, height: height, ids: .u16(ids))
  }

  private init(width: Int, height: Int, ids: IDs) {
    let count =
      switch ids {
      case .u8(let ids): ids.count
      case .u16(let ids): ids.count
      }
    precondition(
      width >= 0 && height >= 0 && count == width * height,
      "RawLabelMap: \(count) ids for \(width)×\(height) pixels")
    self.width = width
    self.height = height
    self.ids = ids
  }

  /// The id at column `x` and row `y`.
  ///
  /// - Precondition: `x` lies in `0..<width` and `y` in `0..<height`.
  public subscript(x: Int, y: Int) -> Int {
    precondition(
      (0..<width).contains(x) && (0..<height).contains(y), "RawLabelMap: (\(x), \(y)) outside \(width)×\(height)")
    return switch ids {
    case .u8(let ids): Int(ids[y * width + x])
    case .u16(let ids): Int(ids[y * width + x])
    }
  }

  /// Pixels in a row and rows.
  public var size: PixelSize { PixelSize(width: width, height: height) }
}
