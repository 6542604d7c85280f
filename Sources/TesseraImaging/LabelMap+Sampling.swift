public import TesseraLabels

extension LabelMap {
  /// Resizes by taking the label under each target pixel's centre; labels are never interpolated.
  ///
  /// - Precondition: `width` and `height` are at least 1, and so are the map's.
  public func resized(width: Int, height: Int) -> LabelMap {
    checkResizing(of: "LabelMap", from: (self.width, self.height), to: (width, height))
    return gathered(
      columns: Sampling.nearest(from: self.width, to: width), rows: Sampling.nearest(from: self.height, to: height))
  }

  /// Cuts out the rectangle whose top left pixel is (`x`, `y`).
  ///
  /// - Precondition: the rectangle lies within the map; its sides are at least 1.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> LabelMap {
    checkCropping(of: "LabelMap", (self.width, self.height), x: x, y: y, width: width, height: height)
    return gathered(columns: Array(x..<x + width), rows: Array(y..<y + height))
  }

  /// Mirrors left and right.
  public func flippedHorizontally() -> LabelMap {
    gathered(columns: (0..<width).reversed(), rows: Array(0..<height))
  }

  private func gathered(columns: [Int], rows: [Int]) -> LabelMap {
    let void = UInt16.max
    let indices = SamplingKernels.gather(
      indices(void: void), width: width, channels: 1, columns: columns, rows: rows)
    return LabelMap(
      width: columns.count, height: rows.count, classCount: classCount, indices: indices, void: void)
  }
}
