import TesseraTensor

/// Puts the samples of several variables one after another; each gradient is its run of samples.
///
/// - Parameter parts: of one shape but for the first axis, at least one.
public func concatenateSamples(_ parts: [Variable]) -> Variable {
  let counts = parts.map { $0.shape[0] }
  return .result(.concatenatingSamples(parts.map(\.value)), of: parts) { dy, wanted in
    var start = 0
    return zip(counts, wanted).map { count, wanted in
      defer { start += count }
      return wanted ? dy.samples(start..<start + count) : nil
    }
  }
}

/// Takes a run of samples; the gradient is zero elsewhere.
///
/// - Parameter range: within the first axis.
public func samples(_ x: Variable, _ range: Range<Int>) -> Variable {
  let shape = x.shape
  return .result(x.value.samples(range), of: [x]) { dy, _ in
    func zeros(_ count: Int) -> Tensor {
      Tensor.zeros(Shape([count] + shape.dimensions.dropFirst())).converted(to: dy.layout, dy.precision)
    }
    return [.concatenatingSamples([zeros(range.lowerBound), dy, zeros(shape[0] - range.upperBound)])]
  }
}
