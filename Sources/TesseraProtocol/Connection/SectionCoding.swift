internal import TesseraLabels

/// Turns outputs into the bytes of their sections and back, checking that they are what the protocol promises.
enum SectionCoding {
  static func encode(_ labels: LabelMap) throws(SegmentationError) -> [UInt8] {
    let indices = labels.indices(void: .max)
    guard indices.allSatisfy({ $0 < labels.classCount }) else {
      throw SegmentationError(.internal, "a predicted label map holds void")
    }
    return labels.classCount > 256 ? littleEndian(indices) : indices.map { UInt8(truncatingIfNeeded: $0) }
  }

  /// - Throws: INTERNAL for a label that is no class.
  static func decodeLabels(
    _ bytes: ArraySlice<UInt8>, width: Int, height: Int, classes: Int
  ) throws(SegmentationError) -> LabelMap {
    let indices: [UInt16] = classes > 256 ? integers(bytes) : bytes.map(UInt16.init)
    if let place = indices.firstIndex(where: { $0 >= classes }) {
      throw SegmentationError(
        .internal, "pixel (\(place % width), \(place / width)) has label \(indices[place]) of \(classes) classes")
    }
    return LabelMap(width: width, height: height, classCount: classes, indices: indices)
  }

  static func encode(_ probabilities: SegmentationResult.Probabilities) -> [UInt8] {
    switch probabilities {
    case .f16(let values): littleEndian(values.map(\.bitPattern))
    case .f32(let values): littleEndian(values.map(\.bitPattern))
    }
  }

  static func decodeF16(_ bytes: ArraySlice<UInt8>) -> SegmentationResult.Probabilities {
    .f16((integers(bytes) as [UInt16]).map(Float16.init(bitPattern:)))
  }

  static func decodeF32(_ bytes: ArraySlice<UInt8>) -> SegmentationResult.Probabilities {
    .f32((integers(bytes) as [UInt32]).map(Float.init(bitPattern:)))
  }

  /// Checks that every value is finite and not negative, and that each pixel's classes sum to 1.
  ///
  /// - Throws: NONFINITE_OUTPUT, or INTERNAL with the pixel.
  static func check(
    _ probabilities: SegmentationResult.Probabilities, pixels: Int
  ) throws(SegmentationError) {
    switch probabilities {
    case .f16(let values): try check(values, pixels: pixels, tolerance: 2e-3)
    case .f32(let values): try check(values, pixels: pixels, tolerance: 1e-5)
    }
  }

  private static func check<T: BinaryFloatingPoint>(
    _ values: [T], pixels: Int, tolerance: Double
  ) throws(SegmentationError) {
    var sums = [Double](repeating: 0, count: pixels)
    var plane = 0
    while plane < values.count {
      for pixel in 0..<pixels {
        let value = values[plane + pixel]
        guard value.isFinite else { throw SegmentationError(.nonfiniteOutput) }
        guard value >= 0 else { throw SegmentationError(.internal, "pixel \(pixel) has a negative probability") }
        sums[pixel] += Double(value)
      }
      plane += pixels
    }
    if let pixel = sums.firstIndex(where: { abs($0 - 1) > tolerance }) {
      throw SegmentationError(.internal, "the probabilities of pixel \(pixel) sum to \(sums[pixel])")
    }
  }

  /// Checks a palette PNG's signature and header, as far as that needs no decoder.
  ///
  /// - Throws: INTERNAL where it is no PNG of this shape, colour type 3, depth 8, not interlaced.
  static func checkPalettePNG(_ bytes: ArraySlice<UInt8>, width: Int, height: Int) throws(SegmentationError) {
    func bigEndian(_ value: Int) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    let start: [UInt8] =
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
      + bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0]
    guard bytes.starts(with: start) else {
      throw SegmentationError(.internal, "the palette PNG is not one of \(width)×\(height), depth 8, not interlaced")
    }
  }

  private static func littleEndian<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
    values.map(\.littleEndian).withUnsafeBytes { Array($0) }
  }

  /// - Precondition: whole elements.
  private static func integers<T: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> [T] {
    let size = T.bitWidth / 8
    precondition(bytes.count.isMultiple(of: size), "SectionCoding: \(bytes.count) bytes in elements of \(size)")
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / size).map { T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: T.self)) }
    }
  }
}
