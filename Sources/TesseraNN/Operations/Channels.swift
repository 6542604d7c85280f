public import TesseraTensor

/// Puts the channels of several maps one after another; each gradient is its run of channels.
///
/// - Parameter parts: maps of one batch and size, at least one.
/// - Returns: `[batch, sum of channels, height, width]`.
public func concatenateChannels(_ parts: [Variable]) -> Variable {
  let counts = parts.map { $0.shape[1] }
  return .result(.concatenatingChannels(parts.map(\.value)), of: parts) { dy, wanted in
    var start = 0
    return zip(counts, wanted).map { count, wanted in
      defer { start += count }
      return wanted ? dy.channels(start..<start + count) : nil
    }
  }
}

/// Takes a run of channels; the gradient is zero elsewhere.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - range: within the channels.
public func channels(_ x: Variable, _ range: Range<Int>) -> Variable {
  let shape = x.shape
  return .result(x.value.channels(range), of: [x]) { dy, _ in
    let parts = [
      Tensor.zeros([shape[0], range.lowerBound, shape[2], shape[3]]), dy,
      Tensor.zeros([shape[0], shape[1] - range.upperBound, shape[2], shape[3]]),
    ]
    return [.concatenatingChannels(parts.filter { $0.shape[1] > 0 })]
  }
}

/// Gives the same elements another shape.
///
/// - Precondition: the counts are equal.
public func reshape(_ x: Variable, to shape: Shape) -> Variable {
  let old = x.shape
  return .result(x.value.reshaped(to: shape), of: [x]) { dy, _ in [dy.reshaped(to: old)] }
}
