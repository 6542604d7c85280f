public import TesseraNN

/// Which segmenter to build, with what its kind leaves open.
public enum Architecture: Hashable, Sendable, CustomStringConvertible {
  /// ``UNet`` of a width within ``UNet/widths``.
  case unet(width: Int)
  /// ``LRASPP``, which has one size.
  case lraspp
  /// ``Farabet``, which has one size.
  case farabet
  /// ``Dilated8``, which has one size.
  case dilated8

  /// The kinds of segmenter.
  public enum Family: String, CaseIterable, Hashable, Sendable, Codable {
    /// ``UNet``.
    case unet
    /// ``LRASPP``.
    case lraspp
    /// ``Farabet``.
    case farabet
    /// ``Dilated8``.
    case dilated8
  }

  /// A kind at its usual size: a U-Net of width 32.
  public init(_ family: Family) {
    switch family {
    case .unet: self = .unet(width: 32)
    case .lraspp: self = .lraspp
    case .farabet: self = .farabet
    case .dilated8: self = .dilated8
    }
  }

  /// The kind of segmenter.
  public var family: Family {
    switch self {
    case .unet: .unet
    case .lraspp: .lraspp
    case .farabet: .farabet
    case .dilated8: .dilated8
    }
  }

  /// Such as "unet, width 32".
  public var description: String {
    switch self {
    case .unet(let width): "\(family.rawValue), width \(width)"
    case .lraspp, .farabet, .dilated8: family.rawValue
    }
  }

  /// Whether maps are normalised over a batch.
  public var normalizesBatches: Bool {
    switch self {
    case .unet, .lraspp: true
    case .farabet, .dilated8: false
    }
  }

  /// Builds the segmenter in a scope.
  ///
  /// - Precondition: at least one class, and what the case says of its values.
  public func segmenter(_ scope: ParameterScope, classCount: Int) -> any Segmenter {
    switch self {
    case .unet(let width): UNet(scope, classCount: classCount, width: width)
    case .lraspp: LRASPP(scope, classCount: classCount)
    case .farabet: Farabet(scope, classCount: classCount)
    case .dilated8: Dilated8(scope, classCount: classCount)
    }
  }
}
