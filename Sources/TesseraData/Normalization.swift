/// The mean and standard deviation of each colour channel, by which images are shifted and scaled.
public struct Normalization: Hashable, Sendable, Codable {
  /// Mean of red, green and blue in `0...1`.
  public let mean: [Double]
  /// Standard deviation of red, green and blue; positive.
  public let standardDeviation: [Double]

  /// Takes given statistics.
  ///
  /// - Precondition: three finite means and three finite deviations above 0.
  public init(mean: [Double], standardDeviation: [Double]) {
    precondition(Self.isValid(mean, standardDeviation), "Normalization: mean \(mean), deviation \(standardDeviation)")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Reads statistics and refuses what is no mean or deviation.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mean = try container.decode([Double].self, forKey: .mean)
    let deviation = try container.decode([Double].self, forKey: .standardDeviation)
    guard Self.isValid(mean, deviation) else {
      throw DecodingError.dataCorruptedError(
        forKey: .mean, in: container,
        debugDescription: "a normalisation has three finite means and three finite deviations above 0")
    }
    self.init(mean: mean, standardDeviation: deviation)
  }

  private static func isValid(_ mean: [Double], _ deviation: [Double]) -> Bool {
    mean.count == 3 && deviation.count == 3 && mean.allSatisfy(\.isFinite)
      && deviation.allSatisfy { $0.isFinite && $0 > 0 }
  }

  /// The statistics of ImageNet, which networks trained on it expect.
  public static let imageNet = Normalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
}

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
  var normalization: Normalization? {
    guard count > 0 else { return nil }
    let n = Double(count)
    let means = sums.map { Double($0) / n }
    let deviations = zip(squares, means).map { square, mean in
      max(1, (Double(square) / n - mean * mean).squareRoot())
    }
    return Normalization(mean: means.map { $0 / 255 }, standardDeviation: deviations.map { $0 / 255 })
  }
}
