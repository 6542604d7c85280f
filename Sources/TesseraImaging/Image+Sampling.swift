extension Image {
  /// Resizes by bilinear interpolation with half-pixel centres (`align_corners = false`) and clamped edges.
  ///
  /// Each target pixel sees four source pixels and no more, so shrinking to less than half drops detail: there is no
  /// antialiasing, as there is none in a network's own resampling.
  ///
  /// - Precondition: `width` and `height` are at least 1, and so are the image's.
  public func resized(width: Int, height: Int) -> Image {
    checkResizing(of: "Image", from: (self.width, self.height), to: (width, height))
    if width == self.width, height == self.height { return self }
    return Image(
      width: width, height: height,
      pixels: SamplingKernels.bilinear(
        pixels, width: self.width, columns: Sampling.linear(from: self.width, to: width),
        rows: Sampling.linear(from: self.height, to: height)))
  }

  /// Cuts out the rectangle whose top left pixel is (`x`, `y`).
  ///
  /// - Precondition: the rectangle lies within the image; its sides are at least 1.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    checkCropping(of: "Image", (self.width, self.height), x: x, y: y, width: width, height: height)
    return gathered(columns: Array(x..<x + width), rows: Array(y..<y + height))
  }

  /// Mirrors left and right.
  public func flippedHorizontally() -> Image {
    gathered(columns: (0..<width).reversed(), rows: Array(0..<height))
  }

  /// Enlarges each pixel to a square of `factor` pixels.
  package func magnified(by factor: Int) -> Image {
    if factor == 1 { return self }
    return gathered(
      columns: (0..<width * factor).map { $0 / factor }, rows: (0..<height * factor).map { $0 / factor })
  }

  private func gathered(columns: [Int], rows: [Int]) -> Image {
    Image(
      width: columns.count, height: rows.count,
      pixels: SamplingKernels.gather(pixels, width: width, channels: 3, columns: columns, rows: rows))
  }
}

/// Stops a caller who resizes nothing, or to nothing.
func checkResizing(of type: String, from source: (Int, Int), to target: (Int, Int)) {
  precondition(
    min(source.0, source.1, target.0, target.1) >= 1,
    "\(type).resized: from \(source.0)×\(source.1) to \(target.0)×\(target.1)")
}

/// Stops a caller whose rectangle leaves the picture.
func checkCropping(of type: String, _ size: (Int, Int), x: Int, y: Int, width: Int, height: Int) {
  precondition(
    x >= 0 && y >= 0 && width >= 1 && height >= 1 && width <= size.0 - x && height <= size.1 - y,
    "\(type).cropped: \(width)×\(height) at (\(x), \(y)) of \(size.0)×\(size.1)")
}
