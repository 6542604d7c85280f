import TesseraImaging
import TesseraLabels

/// How many pixels of two palette PNGs have the same class.
struct MapAgreement: Sendable {
  private(set) var pixels = 0
  private(set) var equal = 0

  /// The share of equal pixels; not a number without any.
  var share: Double { Double(equal) / Double(pixels) }

  /// Compares two maps; of different sizes, every pixel differs.
  mutating func add(_ one: [UInt8], _ other: [UInt8]) throws {
    let (first, second) = (try PNG.decodeLabelMap(one), try PNG.decodeLabelMap(other))
    pixels += first.width * first.height
    guard (first.width, first.height) == (second.width, second.height) else { return }
    equal += zip(first.ids.wide, second.ids.wide).count { $0 == $1 }
  }
}

extension RawLabelMap.IDs {
  fileprivate var wide: [UInt16] {
    switch self {
    case .u8(let ids): ids.map(UInt16.init)
    case .u16(let ids): ids
    }
  }
}
