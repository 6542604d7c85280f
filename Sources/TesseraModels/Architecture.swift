public import TesseraNN

/// Which segmenter to build: its family and how wide it is.
public struct Architecture: Hashable, Sendable, Codable {
  /// The kinds of segmenter.
  public enum Family: String, CaseIterable, Hashable, Sendable, Codable {
    /// ``UNet``.
    case unet
  }

  /// The kind of segmenter.
  public let family: Family
  /// Channels of the first level.
  public let width: Int

  /// Widths that can be built.
  public static let widths = 1...1024

  /// Names a segmenter.
  ///
  /// - Precondition: `width` lies in ``widths``.
  public init(_ family: Family, width: Int) {
    precondition(Self.widths.contains(width), "Architecture: width \(width) outside \(Self.widths)")
    self.family = family
    self.width = width
  }

  /// Builds the segmenter in a scope.
  public func segmenter(_ scope: ParameterScope, classCount: Int) -> any Segmenter {
    switch family {
    case .unet: UNet(scope, classCount: classCount, width: width)
    }
  }
}

/// Which discriminator to build.
public enum DiscriminatorArchitecture: String, CaseIterable, Hashable, Sendable, Codable {
  /// ``LargeFOV``.
  case largefov

  /// Builds the discriminator in a scope.
  ///
  /// - Parameter channels: of the encoded label maps.
  public func discriminator(_ scope: ParameterScope, channels: Int) -> any Discriminator {
    switch self {
    case .largefov: LargeFOV(scope, channels: channels)
    }
  }
}
