/// Which networks learn at a step of adversarial training.
///
/// Source: Goodfellow et al. 2014 (arXiv:1406.2661), Algorithm 1, for several steps of the discriminator to one; Luc et
/// al. 2016 (arXiv:1611.08408), section 4, for blocks.
public enum AlternationSchedule: Hashable, Sendable {
  /// Both at every step, the adversary first.
  case everyStep
  /// The adversary at every step, each on a batch of its own, and the segmenter at the last of every so many.
  case adversarySteps(Int)
  /// So many steps of the adversary, then as many of the segmenter, and again.
  case blocks(Int)

  /// Who learns at one step.
  public struct Turn: Hashable, Sendable {
    /// Whether the segmenter does.
    public let segmenterLearns: Bool
    /// Whether its adversary does.
    public let adversaryLearns: Bool
  }

  /// Who learns at a step, counted from 0 where the adversary first takes part.
  public func turn(at step: Int) -> Turn {
    switch self {
    case .everyStep: Turn(segmenterLearns: true, adversaryLearns: true)
    case .adversarySteps(let count): Turn(segmenterLearns: (step + 1) % count == 0, adversaryLearns: true)
    case .blocks(let length):
      step / length % 2 == 0
        ? Turn(segmenterLearns: false, adversaryLearns: true) : Turn(segmenterLearns: true, adversaryLearns: false)
    }
  }
}

extension AlternationSchedule: LosslessStringConvertible, Codable {
  /// Most steps that one network may wait for the other.
  private static let counts = 1...1_000_000

  /// `each`, `3:1` for three steps of the adversary to one, or `blocks:500`.
  public var description: String {
    switch self {
    case .everyStep: "each"
    case .adversarySteps(let count): "\(count):1"
    case .blocks(let length): "blocks:\(length)"
    }
  }

  /// Reads a description; nil where it is none or a number lies outside 1 to 1,000,000.
  public init?(_ description: String) {
    let parts = description.split(separator: ":", omittingEmptySubsequences: false)
    func count(_ text: Substring) -> Int? { Int(text).flatMap { Self.counts.contains($0) ? $0 : nil } }
    switch (parts.count, parts.first, parts.last) {
    case (1, "each", _): self = .everyStep
    case (2, "blocks", let length?):
      guard let length = count(length) else { return nil }
      self = .blocks(length)
    case (2, let steps?, "1"):
      guard let steps = count(steps) else { return nil }
      self = .adversarySteps(steps)
    default: return nil
    }
  }

  /// Reads what ``encode(to:)`` writes.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let schedule = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(text) is no schedule such as each or 3:1"))
    }
    self = schedule
  }

  /// Writes the description.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
