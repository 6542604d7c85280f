extension Tensor {
  /// Makes a network's input from the bytes of one image, `[1, 3, height, width]`.
  ///
  /// Sides below `minimumSide` are filled up on the right and below with 0, which is the mean colour.
  ///
  /// - Parameter pixels: red, green and blue interleaved, rows from the top.
  /// - Precondition: three bytes for each of at least one pixel.
  public init(pixels: [UInt8], height: Int, width: Int, normalization: PixelNormalization, minimumSide: Int = 1) {
    precondition(
      height >= 1 && width >= 1 && pixels.count == 3 * height * width,
      "Tensor(pixels:): \(pixels.count) bytes for \(height)×\(width) pixels")
    let rows = max(height, minimumSide)
    let columns = max(width, minimumSide)
    self.init([1, 3, rows, columns]) { planes in
      if rows > height || columns > width { planes.update(repeating: 0) }
      pixels.withUnsafeBufferPointer { pixels in
        for channel in 0..<3 {
          normalization.table(channel: channel).withUnsafeBufferPointer { table in
            for row in 0..<height {
              let from = 3 * row * width + channel
              let to = (channel * rows + row) * columns
              for column in 0..<width { planes[to + column] = table[Int(pixels[from + 3 * column])] }
            }
          }
        }
      }
    }
  }
}
