/// What the first chunk of a PNG says about its pixels.
public struct PNGHeader: Hashable, Sendable {
  /// Pixels in a row, `1...2147483647`.
  public let width: Int
  /// Rows, `1...2147483647`.
  public let height: Int
  /// Bits a sample: 1, 2, 4, 8 or 16.
  public let bitDepth: Int
  /// What the samples of a pixel mean.
  public let colorType: PNGColorType
  /// Whether the rows come in the seven passes of Adam7.
  public let isInterlaced: Bool

  /// Bytes of the signature and the first chunk; as many suffice to read a header.
  public static let byteCount = 33

  /// Bytes of a stored row of so many pixels, its filter byte included.
  private func rowBytes(_ width: Int) -> Int {
    1 + (width * colorType.channelCount * bitDepth + 7) / 8
  }

  /// Bytes that the image data inflates to, filter bytes included: exactly so in any valid file.
  ///
  /// `Int.max` where the number is larger still.
  public var inflatedByteCount: Int {
    guard isInterlaced else { return height.saturatingProduct(rowBytes(width)) }
    // Column start, row start, column step, row step of each pass.
    let passes = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]
    return passes.reduce(0) { sum, pass in
      let columns = max(0, (width - pass.0 + pass.2 - 1) / pass.2)
      let rows = max(0, (height - pass.1 + pass.3 - 1) / pass.3)
      return columns == 0 ? sum : sum.saturatingSum(rows.saturatingProduct(rowBytes(columns)))
    }
  }
}

/// Sizes from a header may overflow: as `Int.max` they exceed every limit that is below it.
extension Int {
  func saturatingProduct(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }

  fileprivate func saturatingSum(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

/// What the samples of a pixel mean; the raw value is the file's colour type.
public enum PNGColorType: UInt8, Hashable, Sendable, CustomStringConvertible {
  /// One sample: brightness.
  case gray = 0
  /// Three samples: red, green, blue.
  case rgb = 2
  /// One sample: an index into the palette.
  case palette = 3
  /// Two samples: brightness, opacity.
  case grayAlpha = 4
  /// Four samples: red, green, blue, opacity.
  case rgba = 6

  /// Samples in a pixel.
  public var channelCount: Int {
    switch self {
    case .gray, .palette: 1
    case .grayAlpha: 2
    case .rgb: 3
    case .rgba: 4
    }
  }

  /// Bits that a sample of this kind may have.
  var bitDepths: [Int] {
    switch self {
    case .gray: [1, 2, 4, 8, 16]
    case .palette: [1, 2, 4, 8]
    case .rgb, .grayAlpha, .rgba: [8, 16]
    }
  }

  /// The kind in words.
  public var description: String {
    switch self {
    case .gray: "grey"
    case .rgb: "RGB"
    case .palette: "palette"
    case .grayAlpha: "grey with alpha"
    case .rgba: "RGB with alpha"
    }
  }
}
