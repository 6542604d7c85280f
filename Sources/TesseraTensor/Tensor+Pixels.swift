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

  /// The first rows and columns of every plane of a map: without what filled up a small image.
  ///
  /// - Precondition: the map has as many.
  package func cropped(height: Int, width: Int) -> Tensor {
    precondition(
      shape.rank == 4 && (0...shape[2]).contains(height) && (0...shape[3]).contains(width),
      "cropped: \(height)×\(width) pixels of map \(shape)")
    guard shape[2] != height || shape[3] != width else { return self }
    let (planes, rows, columns) = (shape[0] * shape[1], shape[2], shape[3])
    return withElements { whole in
      Tensor([shape[0], shape[1], height, width]) { part in
        for plane in 0..<planes {
          for row in 0..<height {
            let from = (plane * rows + row) * columns
            let to = (plane * height + row) * width
            for column in 0..<width { part[to + column] = whole[from + column] }
          }
        }
      }
    }
  }
}
