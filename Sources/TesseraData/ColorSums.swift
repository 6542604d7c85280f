import TesseraTensor

/// Sums over the bytes of images; exact, so that no order of adding matters.
struct ColorSums: Sendable {
  private var count: UInt64 = 0
  private var sums: [UInt64] = [0, 0, 0]
  private var squares: [UInt64] = [0, 0, 0]

  /// Adds the pixels of one image, `[height, width, 3]`.
  mutating func add(_ pixels: [UInt8]) {
    var histogram = [UInt64](repeating: 0, count: 768)
    pixels.withUnsafeBufferPointer { pixels in
      histogram.withUnsafeMutableBufferPointer { histogram in
        for i in stride(from: 0, to: pixels.count - 2, by: 3) {
          for channel in 0..<3 { histogram[channel << 8 | Int(pixels[i + channel])] += 1 }
        }
      }
    }
    for channel in 0..<3 {
      for value in 0..<256 {
        let n = histogram[channel << 8 | value]
        sums[channel] += n * UInt64(value)
        squares[channel] += n * UInt64(value * value)
      }
    }
    count += UInt64(pixels.count / 3)
  }

  /// The mean and deviation of what was added; nil if that is nothing.
  ///
  /// A deviation is at least one level of 255, so that constant images do not divide by zero.
  var normalization: PixelNormalization? {
    guard count > 0 else { return nil }
    let n = Double(count)
    let means = sums.map { Double($0) / n }
    let deviations = zip(squares, means).map { square, mean in
      max(1, (Double(square) / n - mean * mean).squareRoot())
    }
    return PixelNormalization(mean: means.map { $0 / 255 }, standardDeviation: deviations.map { $0 / 255 })
  }
}
