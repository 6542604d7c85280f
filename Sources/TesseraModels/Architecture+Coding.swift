/// A description of an architecture that cannot be built.
public struct ArchitectureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with it, such as "has width 0, not 1...1024".
  public let description: String
}

extension Architecture: Codable {
  private enum Key: String, CodingKey {
    case family
    case width
  }

  /// Reads `{"family": "unet", "width": 32}` or `{"family": "lraspp"}`.
  ///
  /// - Throws: ``ArchitectureError`` where the width is out of range or one too many; `DecodingError` where the form is
  ///   another.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let family = try values.decode(Family.self, forKey: .family)
    switch family {
    case .unet:
      let width = try values.decode(Int.self, forKey: .width)
      guard UNet.widths.contains(width) else {
        throw ArchitectureError(description: "has width \(width), not \(UNet.widths)")
      }
      self = .unet(width: width)
    case .lraspp, .farabet, .dilated8:
      guard !values.contains(.width) else {
        throw ArchitectureError(description: "has a width, and \(family.rawValue) comes in one size")
      }
      self = Architecture(family)
    }
  }

  /// Writes what ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(family, forKey: .family)
    if case .unet(let width) = self { try values.encode(width, forKey: .width) }
  }
}
