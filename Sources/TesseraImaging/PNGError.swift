public import TesseraLabels

/// Why bytes are no PNG that can be read as asked, or pixels none that can be written as asked.
public enum PNGError: Error, Hashable, Sendable {
  /// There are no bytes.
  case empty
  /// The bytes do not begin as a PNG; `found` names what they begin as, where that is known.
  case notPNG(found: String?)
  /// The bytes end inside this chunk.
  case truncated(byteCount: Int, chunk: String)
  /// The bytes of this chunk are not those that were written.
  case checksumMismatch(chunk: String)
  /// This chunk breaks the rules of the format.
  case malformed(chunk: String, reason: String)
  /// The image data does not inflate to the pixels that the header promises.
  case damagedImageData(reason: String)
  /// A palette image holds no palette.
  case missingPalette
  /// A pixel's index has no colour in the palette.
  case indexBeyondPalette(index: Int, entryCount: Int, x: Int, y: Int)
  /// Width or height is 0.
  case zeroSize(width: Int, height: Int)
  /// The file would cost more than a bound allows; `needed` is nil where the cost was not known before.
  case limitExceeded(PNGLimits.Bound, needed: Int?, limit: Int)
  /// The format has no samples of so many bits for this colour type.
  case unsupportedBitDepth(Int, colorType: PNGColorType)
  /// The format has no such colour type.
  case unsupportedColorType(UInt8)
  /// A label map stores colours, not ids.
  case colorCodedLabelMap(PNGColorType)
  /// A palette to write must have 1 to 256 colours.
  case paletteSize(Int)
  /// No stored id of the label set means this label.
  case noStoredID(Label)
  /// libpng refused for another reason, in its words.
  case library(String)
}

extension PNGError: CustomStringConvertible {
  /// One line: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .empty: "the file is empty; write it again"
    case .notPNG(let found):
      found.map { "this is \($0), not a PNG; convert it to PNG" } ?? "this is not a PNG; check what was meant"
    case .truncated(let byteCount, let chunk):
      "the PNG is cut off after \(byteCount) bytes, inside chunk \(chunk); copy or write it again"
    case .checksumMismatch(let chunk):
      "the PNG is damaged: the checksum of chunk \(chunk) does not match; copy or write it again"
    case .malformed(let chunk, let reason):
      "the PNG is damaged: chunk \(chunk) \(reason); write it again"
    case .damagedImageData(let reason):
      "the PNG is damaged: its image data cannot be inflated (\(reason)); copy or write it again"
    case .missingPalette: "the PNG has palette colours but no palette; write it again"
    case .indexBeyondPalette(let index, let entryCount, let x, let y):
      "pixel (\(x), \(y)) holds index \(index), but the palette has \(entryCount) colours; "
        + "write a palette that covers every index"
    case .zeroSize(let width, let height):
      "the size is \(width)×\(height); a PNG needs at least one pixel"
    case .limitExceeded(let bound, let needed, let limit):
      "the PNG needs \(needed.map { "\($0)" } ?? "too many") \(bound.rawValue), but the limit is \(limit); "
        + "shrink it or raise the limit"
    case .unsupportedBitDepth(let depth, let colorType):
      "\(colorType) samples of \(depth) bits do not exist in PNG; write it again"
    case .unsupportedColorType(let value): "colour type \(value) does not exist in PNG; write it again"
    case .colorCodedLabelMap(let colorType):
      "the label map stores colours (\(colorType)), not class ids; "
        + "give the table of its colours, or save it as a palette or grey PNG of ids"
    case .paletteSize(let count):
      "a PNG palette has 1 to 256 colours, not \(count); write ids as 16-bit grey"
    case .noStoredID(.void): "the map holds void pixels, but no stored id means void; add one to the label set"
    case .noStoredID(.index(let index)):
      "the map holds class \(index), but no stored id means it; add one to the label set"
    case .library(let message): "libpng refuses the PNG: \(message); write it again"
    }
  }
}
