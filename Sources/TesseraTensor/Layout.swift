internal import CTesseraDNN

/// How a map `[batch, channels, height, width]` lies in memory.
///
/// It never changes what a tensor means.
public enum Layout: String, Hashable, Sendable, CaseIterable {
  /// Row-major: width runs fastest. The only layout of tensors that are not maps.
  case rows
  /// Channels run fastest: `[batch, height, width, channels]`.
  case channelsLast
  /// Channels in blocks of 16 that run fastest: `[batch, channels / 16, height, width, 16]`, the last padded by zeros.
  case blocked

  /// Channels in a block.
  static let block = 16

  /// Elements that a shape occupies in this layout, padding included.
  func storedCount(_ shape: Shape) -> Int {
    guard self == .blocked else { return shape.count }
    let channels = (shape[1] + Self.block - 1) / Self.block * Self.block
    return shape[0] * channels * shape[2] * shape[3]
  }

  /// Whether the layout holds elements that belong to no channel.
  func pads(_ shape: Shape) -> Bool { self == .blocked && shape[1] % Self.block != 0 }

  /// Whether elements lie in the same order in both layouts, as those of one pixel do.
  func agrees(with other: Layout, on shape: Shape) -> Bool {
    guard shape.rank == 4, !pads(shape), !other.pads(shape) else { return false }
    return self == other || shape[2] * shape[3] == 1
  }

  var code: Int32 {
    switch self {
    case .rows: Int32(TESSERA_ROWS.rawValue)
    case .channelsLast: Int32(TESSERA_CHANNELS_LAST.rawValue)
    case .blocked: Int32(TESSERA_BLOCKED.rawValue)
    }
  }
}
