public import TesseraTensor

/// The share of a training split whose labels are learned from; the other images count as having none.
public struct LabelledFraction: Hashable, Sendable, Codable {
  /// One of so many samples, such as 8 of 1/8.
  public let denominator: Int

  /// All labels are learned from.
  public static let all = LabelledFraction(denominator: 1)

  /// One of so many samples.
  ///
  /// - Precondition: at least 1.
  public init(denominator: Int) {
    precondition(denominator >= 1, "LabelledFraction: 1/\(denominator)")
    self.denominator = denominator
  }

  /// Divides samples at random; both parts keep their order, and the labelled one is never empty.
  public func divide(
    _ samples: [Sample], using generator: inout Generator
  ) -> (labelled: [Sample], unlabelled: [UnlabelledImage]) {
    let count = (samples.count + denominator - 1) / denominator
    let chosen = Set(generator.permutation(of: samples.count).prefix(count))
    return (
      samples.indices.filter(chosen.contains).map { samples[$0] },
      samples.indices.filter { !chosen.contains($0) }.map {
        UnlabelledImage(name: samples[$0].name, path: samples[$0].imagePath)
      }
    )
  }
}

extension LabelledFraction: LosslessStringConvertible {
  /// `1` or such as `1/8`.
  public var description: String { denominator == 1 ? "1" : "1/\(denominator)" }

  /// Reads a description; nil where it is none or the denominator lies outside 1 to 1,000,000.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.first == "1", parts.count <= 2 else { return nil }
    guard let denominator = parts.count == 1 ? 1 : Int(parts[1]), (1...1_000_000).contains(denominator) else {
      return nil
    }
    self.denominator = denominator
  }
}
