import CTesseraKernels

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
    var starts = [0]
    for part in parts { starts.append(starts[starts.count - 1] + part.shape[1]) }
    let channels = starts.removeLast()
    let layout = channelLayout(cutting: starts, preferred: parts[0].layout)
    var whole = Tensor(
      uninitialized: [first[0], channels, first[2], first[3]], layout: layout, precision: parts[0].precision)
    guard whole.shape.count > 0 else { return whole }
    let to = whole.channelRuns
    for (part, start) in zip(parts, starts) {
      let part = part.converted(to: layout, whole.precision)
      let from = part.channelRuns
      tessera_copy_runs(
        whole.mutableAddress + start * to.bytesPerChannel, to.bytes, part.address, from.bytes, from.bytes, from.count)
    }
    return whole
  }

  /// A run of channels.
  ///
  /// - Precondition: the range lies within the channels.
  package func channels(_ range: Range<Int>) -> Tensor {
    precondition(
      shape.rank == 4 && range.lowerBound >= 0 && range.upperBound <= shape[1], "channels: \(range) of map \(shape)")
    let ends = range.upperBound == shape[1] ? [] : [range.upperBound]
    let layout = Self.channelLayout(cutting: [range.lowerBound] + ends, preferred: layout)
    let whole = converted(to: layout)
    var part = Tensor(uninitialized: [shape[0], range.count, shape[2], shape[3]], layout: layout, precision: precision)
    guard part.shape.count > 0 else { return part }
    let from = whole.channelRuns
    let to = part.channelRuns
    tessera_copy_runs(
      part.mutableAddress, to.bytes, whole.address + range.lowerBound * from.bytesPerChannel, from.bytes, to.bytes,
      to.count)
    return part
  }

  /// How often all channels lie in one run, the bytes of that run, and those between the channels of a cut.
  private var channelRuns: (count: Int, bytes: Int, bytesPerChannel: Int) {
    let pixels = shape[2] * shape[3]
    let count = layout == .channelsLast ? shape[0] * pixels : shape[0]
    let bytes = storedCount / count * precision.byteCount
    return (count, bytes, precision.byteCount * (layout == .channelsLast ? 1 : pixels))
  }

  /// Blocks can be cut only between blocks.
  private static func channelLayout(cutting places: [Int], preferred: Layout) -> Layout {
    preferred == .blocked && places.contains { $0 % Layout.block != 0 } ? .rows : preferred
  }
}
