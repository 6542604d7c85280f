/// A rule that a label map breaks: where, how often, and what probably went wrong.
public struct Violation: Hashable, Sendable {
  /// How much a violation matters.
  public enum Severity: String, Hashable, Sendable {
    /// The map can be used, but somebody should look at it.
    case warning
    /// The map cannot be used.
    case error
  }

  /// The broken rule.
  public let rule: Rule
  /// The first pixel concerned, row by row from the top; nil where no pixel in particular is.
  public let first: PixelPosition?
  /// Number of pixels concerned.
  public let pixelCount: Int
  /// What probably went wrong, where the ids tell.
  public let suspectedCause: SuspectedCause?

  /// How much the violation matters.
  public var severity: Severity { rule.severity }

  /// Makes a violation of its parts; readers of other formats report their findings with it.
  public init(
    _ rule: Rule, first: PixelPosition? = nil, pixelCount: Int, suspectedCause: SuspectedCause? = nil
  ) {
    self.rule = rule
    self.first = first
    self.pixelCount = pixelCount
    self.suspectedCause = suspectedCause
  }

  /// Reports a picture of colours where ids were expected; only its decoder can tell.
  public static func colorCoded(channels: Int, size: PixelSize) -> Violation {
    Violation(
      .channelCount(channels), pixelCount: size.width * size.height, suspectedCause: .colorCoded(channels: channels))
  }
}

extension Violation: CustomStringConvertible {
  /// The severity, what is wrong, the likely cause and what to do, in one line.
  public var description: String {
    "\(severity.rawValue): \(rule.sentence) \(suspectedCause?.description ?? rule.remedy)"
  }
}
