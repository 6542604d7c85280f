public import TesseraTensor

/// Reads a map at another size, pixel centres at half positions (`align_corners` false).
///
///     position(i) = (i + ½) · height / newHeight − ½
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`, at least one pixel.
///   - height: the new height, at least 1.
///   - width: the new width, at least 1.
///   - kind: how values between pixels come about.
/// - Returns: `[batch, channels, height, width]` at the new size.
public func resample(_ x: Variable, height: Int, width: Int, _ kind: ResamplingKind) -> Variable {
  let layout = Resampling.layout(of: x.value, height: height, width: width)
  let resampling = Resampling(kind, source: x.shape, layout: layout, height: height, width: width)
  return .result(resampling.forward(x.value), of: [x]) { dy, _ in [resampling.inputGradient(dy)] }
}
