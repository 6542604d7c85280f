import CTesseraDNN

extension Tensor {
  /// The channels of several maps of one size, one after another.
  ///
  /// - Precondition: at least one map; batch, height and width are equal.
  package static func concatenatingChannels(_ parts: [Tensor]) -> Tensor {
    guard let first = parts.first?.shape else { preconditionFailure("concatenatingChannels: no maps") }
    for part in parts {
      precondition(
        part.shape.rank == 4 && part.shape[0] == first[0] && part.shape[2] == first[2] && part.shape[3] == first[3],
        "concatenatingChannels: maps \(first) and \(part.shape) differ in more than channels")
    }
    let layout = channelLayout(parts.map { $0.shape[1] }, preferred: parts[0].layout)
    let channels = parts.reduce(0) { $0 + $1.shape[1] }
    var whole = Tensor(
      uninitialized: [first[0], channels, first[2], first[3]], layout: layout, precision: parts[0].precision)
    guard whole.shape.count > 0 else { return whole }
    var to = whole.map
    var start: Int32 = 0
    for part in parts {
      let part = part.converted(to: layout, whole.precision)
      var from = part.map
      check(
        tessera_channels_insert(&from, part.address, &to, start, whole.mutableAddress), "concatenatingChannels",
        part.shape, whole.shape)
      start += from.c
    }
    return whole
  }

  /// A run of channels.
  ///
  /// - Precondition: the range lies within the channels.
  package func channels(_ range: Range<Int>) -> Tensor {
    precondition(
      shape.rank == 4 && range.lowerBound >= 0 && range.upperBound <= shape[1], "channels: \(range) of map \(shape)")
    let layout = Self.channelLayout([range.lowerBound, range.count], preferred: layout)
    let whole = converted(to: layout)
    var part = Tensor(uninitialized: [shape[0], range.count, shape[2], shape[3]], layout: layout, precision: precision)
    guard part.shape.count > 0 else { return part }
    var from = whole.map
    var to = part.map
    check(
      tessera_channels_extract(&from, whole.address, Int32(range.lowerBound), &to, part.mutableAddress), "channels",
      shape, part.shape)
    return part
  }

  /// Blocks can be cut only between blocks.
  private static func channelLayout(_ counts: [Int], preferred: Layout) -> Layout {
    preferred == .blocked && counts.contains { $0 % Layout.block != 0 } ? .rows : preferred
  }
}
