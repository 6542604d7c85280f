public import TesseraNN

/// Which discriminator to build.
public enum DiscriminatorArchitecture: String, CaseIterable, Hashable, Sendable, Codable {
  /// ``TwoBranchNet``.
  case stanford
  /// ``FieldOfViewNet`` of ``FieldOfViewNet/Design/large``.
  case largefov
  /// ``FieldOfViewNet`` of ``FieldOfViewNet/Design/largeLight``.
  case largefovlight
  /// ``FieldOfViewNet`` of ``FieldOfViewNet/Design/small``.
  case smallfov
  /// ``FieldOfViewNet`` of ``FieldOfViewNet/Design/smallLight``.
  case smallfovlight
  /// ``FullyConvolutionalNet``.
  case fcd

  /// Whether it looks at the images, so that label maps must not bring them along.
  public var seesImages: Bool { self == .stanford }

  /// Whether it decides for every place, not once a map.
  public var judgesPlaces: Bool { self == .fcd }

  /// The shortest side its maps may have.
  public var minimumSide: Int { judgesPlaces ? 32 : 4 }

  /// Builds the discriminator in a scope.
  ///
  /// - Parameter channels: of the encoded label maps.
  public func discriminator(_ scope: ParameterScope, channels: Int) -> any Discriminator {
    switch self {
    case .stanford: TwoBranchNet(scope, channels: channels)
    case .largefov: FieldOfViewNet(scope, .large, channels: channels)
    case .largefovlight: FieldOfViewNet(scope, .largeLight, channels: channels)
    case .smallfov: FieldOfViewNet(scope, .small, channels: channels)
    case .smallfovlight: FieldOfViewNet(scope, .smallLight, channels: channels)
    case .fcd: FullyConvolutionalNet(scope, channels: channels)
    }
  }
}
