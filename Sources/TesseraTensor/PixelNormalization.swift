/// The mean and standard deviation of each colour channel, by which images are shifted and scaled before a network.
///
///     value = (byte / 255 − mean) / standardDeviation
public struct PixelNormalization: Hashable, Sendable, Codable {
  /// Mean of red, green and blue in `0...1`.
  public let mean: [Double]
  /// Standard deviation of red, green and blue; positive.
  public let standardDeviation: [Double]

  /// Takes given statistics.
  ///
  /// - Precondition: three finite means and three finite deviations above 0.
  public init(mean: [Double], standardDeviation: [Double]) {
    precondition(
      Self.isValid(mean, standardDeviation), "PixelNormalization: mean \(mean), deviation \(standardDeviation)")
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
  public static let imageNet = PixelNormalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// What each byte of a channel becomes.
  public func table(channel: Int) -> [Float] {
    (0..<256).map { Float((Double($0) / 255 - mean[channel]) / standardDeviation[channel]) }
  }
}
