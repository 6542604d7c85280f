/// What a request wants to know, as OPEN carries it.
public struct OutputSet: OptionSet, Hashable, Sendable {
  /// The bits on the wire.
  public let rawValue: UInt16

  /// Wraps bits from the wire.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The most probable class of each pixel.
  public static let labels = Self(rawValue: 1)
  /// The probability of that class, in 255ths.
  public static let confidence = Self(rawValue: 2)
  /// Every class's probability in half precision.
  public static let probabilitiesF16 = Self(rawValue: 4)
  /// Every class's probability in single precision.
  public static let probabilitiesF32 = Self(rawValue: 8)
  /// The labels as a PNG with the model's palette.
  public static let palettePNG = Self(rawValue: 16)

  /// Every output of this version.
  public static let all: Self = [.labels, .confidence, .probabilitiesF16, .probabilitiesF32, .palettePNG]
}

extension OutputSet {
  /// The outputs one by one, in the order of their sections.
  package var inOrder: [Self] {
    [.labels, .confidence, .probabilitiesF16, .probabilitiesF32, .palettePNG].filter(contains)
  }

  /// The number of one output's section; both precisions of probabilities share one, told apart by their elements.
  package var sectionKind: UInt8 {
    switch self {
    case .labels: 1
    case .confidence: 2
    case .probabilitiesF16, .probabilitiesF32: 3
    default: 4
    }
  }

  /// Bytes of an element of one output.
  package func elementBytes(classes: Int) -> UInt64 {
    switch self {
    case .labels: classes > 256 ? 2 : 1
    case .probabilitiesF16: 2
    case .probabilitiesF32: 4
    default: 1
    }
  }

  /// Bytes of one output's section; nil for a PNG, whose size only its encoder knows, and beyond 64 bits.
  package func sectionBytes(pixels: UInt64, classes: Int) -> UInt64? {
    if self == .palettePNG { return nil }
    let planes: UInt64 = self == .probabilitiesF16 || self == .probabilitiesF32 ? UInt64(classes) : 1
    let (perPixel, overflow) = planes.multipliedReportingOverflow(by: elementBytes(classes: classes))
    let (bytes, carry) = pixels.multipliedReportingOverflow(by: perPixel)
    return overflow || carry ? nil : bytes
  }

  /// A bound on a result's bytes; nil where it cannot be given, with more than 64 bits or a palette over 256 classes.
  func resultBound(pixels: UInt64, height: UInt32, classes: Int) -> UInt64? {
    var sum: UInt64 = 0
    for output in inOrder {
      let bytes: UInt64
      if output == .palettePNG {
        guard classes <= 256 else { return nil }
        bytes = Self.palettePNGBound(pixels: pixels, height: height)
      } else {
        guard let exact = output.sectionBytes(pixels: pixels, classes: classes) else { return nil }
        bytes = exact
      }
      let (next, overflow) = sum.addingReportingOverflow(bytes)
      if overflow { return nil }
      sum = next
    }
    return sum
  }

  /// Most bytes of a palette PNG: filter bytes, deflate's growth (5 bytes for 16 KiB at worst), chunks and palette.
  static func palettePNGBound(pixels: UInt64, height: UInt32) -> UInt64 {
    let (raw, overflow) = pixels.addingReportingOverflow(UInt64(height))
    let (bound, carry) = raw.addingReportingOverflow(raw / 1024 + 4096)
    return overflow || carry ? .max : bound
  }
}
