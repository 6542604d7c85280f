public import TesseraLabels

extension RawLabelMap {
  /// Resizes by taking the id under each target pixel's centre; ids are never interpolated.
  ///
  /// - Precondition: `width` and `height` are at least 1, and so are the map's.
  public func resized(width: Int, height: Int) -> RawLabelMap {
    checkResizing(of: "RawLabelMap", from: (self.width, self.height), to: (width, height))
    return gathered(
      columns: Sampling.nearest(from: self.width, to: width), rows: Sampling.nearest(from: self.height, to: height))
  }

  /// Cuts out the rectangle whose top left pixel is (`x`, `y`).
  ///
  /// - Precondition: the rectangle lies within the map; its sides are at least 1.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> RawLabelMap {
    checkCropping(of: "RawLabelMap", (self.width, self.height), x: x, y: y, width: width, height: height)
    return gathered(columns: Array(x..<x + width), rows: Array(y..<y + height))
  }

  /// Mirrors left and right.
  public func flippedHorizontally() -> RawLabelMap {
    gathered(columns: (0..<width).reversed(), rows: Array(0..<height))
  }

  private func gathered(columns: [Int], rows: [Int]) -> RawLabelMap {
    switch ids {
    case .u8(let ids):
      RawLabelMap(
        width: columns.count, height: rows.count,
        ids: SamplingKernels.gather(ids, width: width, channels: 1, columns: columns, rows: rows))
    case .u16(let ids):
      RawLabelMap(
        width: columns.count, height: rows.count,
        ids: SamplingKernels.gather(ids, width: width, channels: 1, columns: columns, rows: rows))
    }
  }
}
