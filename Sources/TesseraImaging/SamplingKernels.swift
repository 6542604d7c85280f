/// The loops over pixels that run through unsafe buffers; everything they index is checked before they start.
enum SamplingKernels {
  /// Picks columns and rows of an image of `channels` interleaved values a pixel.
  ///
  /// - Precondition: every column lies in `0..<width`; every row lies within `source`.
  static func gather<Element>(
    _ source: [Element], width: Int, channels: Int, columns: [Int], rows: [Int]
  ) -> [Element] {
    let height = width == 0 ? 0 : source.count / (width * channels)
    precondition(
      columns.allSatisfy { (0..<width).contains($0) } && rows.allSatisfy { (0..<height).contains($0) },
      "SamplingKernels.gather: a column or row lies outside \(width)×\(height)")
    let offsets = columns.flatMap { column in (0..<channels).map { column * channels + $0 } }
    return [Element](unsafeUninitializedCapacity: offsets.count * rows.count) { target, count in
      source.withUnsafeBufferPointer { source in
        offsets.withUnsafeBufferPointer { offsets in
          for row in rows {
            let start = row * width * channels
            for offset in offsets {
              target.initializeElement(at: count, to: source[start + offset])
              count += 1
            }
          }
        }
      }
    }
  }

  /// Interpolates an image of three interleaved bytes a pixel between its four nearest pixels, rounding to nearest.
  ///
  /// - Precondition: the neighbours of `columns` lie in `0..<width`, those of `rows` within `source`.
  static func bilinear(_ source: [UInt8], width: Int, columns: Sampling.Linear, rows: Sampling.Linear) -> [UInt8] {
    let stride = width * 3
    let height = stride == 0 ? 0 : source.count / stride
    precondition(
      columns.upper.allSatisfy { (0..<width).contains($0) } && rows.upper.allSatisfy { (0..<height).contains($0) }
        && zip(columns.lower, columns.upper).allSatisfy { 0 <= $0 && $0 <= $1 }
        && zip(rows.lower, rows.upper).allSatisfy { 0 <= $0 && $0 <= $1 },
      "SamplingKernels.bilinear: a column or row lies outside \(width)×\(height)")
    // One source row, interpolated downwards; the loop that fills it is plain enough to be vectorised.
    var blended = [Float](repeating: 0, count: stride)
    return [UInt8](unsafeUninitializedCapacity: columns.lower.count * rows.lower.count * 3) { target, count in
      source.withUnsafeBufferPointer { source in
        blended.withUnsafeMutableBufferPointer { blended in
          for row in rows.lower.indices {
            let lower = UnsafeBufferPointer(rebasing: source[rows.lower[row] * stride..<(rows.lower[row] + 1) * stride])
            let upper = UnsafeBufferPointer(rebasing: source[rows.upper[row] * stride..<(rows.upper[row] + 1) * stride])
            let weight = rows.weights[row]
            for place in 0..<stride {
              let start = Float(lower[place])
              blended[place] = start + (Float(upper[place]) - start) * weight
            }
            for column in columns.lower.indices {
              let left = columns.lower[column] * 3
              let right = columns.upper[column] * 3
              let weight = columns.weights[column]
              for channel in 0..<3 {
                let start = blended[left + channel]
                let value = start + (blended[right + channel] - start) * weight
                target.initializeElement(at: count, to: UInt8(value + 0.5))
                count += 1
              }
            }
          }
        }
      }
    }
  }
}
