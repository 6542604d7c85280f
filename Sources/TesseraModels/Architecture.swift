public import TesseraNN

/// Which segmenter to build, with what its kind leaves open.
public enum Architecture: Hashable, Sendable, CustomStringConvertible {
  /// ``UNet`` of a width within ``UNet/widths``.
  case unet(width: Int)
  /// ``LRASPP``, which has one size.
  case lraspp

  /// The kinds of segmenter.
  public enum Family: String, CaseIterable, Hashable, Sendable, Codable {
    /// ``UNet``.
    case unet
    /// ``LRASPP``.
    case lraspp
  }

  /// A kind at its usual size: a U-Net of width 32.
  public init(_ family: Family) {
    switch family {
    case .unet: self = .unet(width: 32)
    case .lraspp: self = .lraspp
    }
  }

  /// The kind of segmenter.
  public var family: Family {
    switch self {
    case .unet: .unet
    case .lraspp: .lraspp
    }
  }

  /// Such as "unet, width 32".
  public var description: String {
    switch self {
    case .unet(let width): "\(family.rawValue), width \(width)"
    case .lraspp: family.rawValue
    }
  }

  /// Builds the segmenter in a scope.
  ///
  /// - Precondition: at least one class, and what the case says of its values.
  public func segmenter(_ scope: ParameterScope, classCount: Int) -> any Segmenter {
    switch self {
    case .unet(let width): UNet(scope, classCount: classCount, width: width)
    case .lraspp: LRASPP(scope, classCount: classCount)
    }
  }
}
