import CTesseraKernels

/// Maps, and one number for each channel of each image: `[batch, channels, 1, 1]`.
///
/// Maps in blocks are worked on as they lie, f32 or bf16; other layouts by way of rows. The numbers are f32.
extension Tensor {
  /// Every channel of a map times its own number, in the map's precision.
  package func multipliedByChannel(_ factors: Tensor) -> Tensor {
    checkChannels("multipliedByChannel", factors)
    guard layout == .blocked else {
      return byRows(factors) { tessera_multiply_channels($0, $1, $2, shape[0] * shape[1], shape[2] * shape[3]) }
    }
    return inBlocks(factors) { tessera_blocks_multiply($0, address, $1, $2) }
  }

  /// Every channel of a map plus its own number, in the map's precision.
  package func addingByChannel(_ terms: Tensor) -> Tensor {
    checkChannels("addingByChannel", terms)
    guard layout == .blocked else {
      return byRows(terms) { tessera_add_channels($0, $1, $2, shape[0] * shape[1], shape[2] * shape[3]) }
    }
    return inBlocks(terms) { tessera_blocks_add($0, address, $1, $2) }
  }

  /// A map whose every pixel has these numbers; this tensor is `[batch, channels, 1, 1]`.
  package func repeatedOverPixels(height: Int, width: Int, layout: Layout, precision: Precision) -> Tensor {
    precondition(
      shape.rank == 4 && shape[2] == 1 && shape[3] == 1, "repeatedOverPixels: \(shape) is not one number per channel")
    var result = Tensor(uninitialized: [shape[0], shape[1], height, width], layout: .blocked, precision: precision)
    let (numbers, stride) = channelNumbers
    var blocks = result.blocks(stride: stride)
    tessera_blocks_repeat(&blocks, numbers.pointer, result.mutableAddress)
    return result.converted(to: layout)
  }

  /// The sum over each channel's pixels, `[batch, channels, 1, 1]`.
  package func summedOverPixels() -> Tensor {
    guard layout == .blocked else {
      let x = converted(to: .rows, .f32)
      var result = Tensor(uninitialized: [shape[0], shape[1], 1, 1])
      tessera_sum_pixels(result.mutablePointer, x.pointer, shape[0] * shape[1], shape[2] * shape[3])
      return result
    }
    return blockSums(nil)
  }

  /// The sum over each channel's pixels of the product with another map, `[batch, channels, 1, 1]`.
  package func dottedOverPixels(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape, "dottedOverPixels: shapes \(shape) and \(other.shape)")
    guard layout == .blocked || other.layout == .blocked else {
      let x = converted(to: .rows, .f32)
      let other = other.converted(to: .rows, .f32)
      var result = Tensor(uninitialized: [shape[0], shape[1], 1, 1])
      tessera_dot_pixels(result.mutablePointer, x.pointer, other.pointer, shape[0] * shape[1], shape[2] * shape[3])
      return result
    }
    // The wider of two precisions, so that nothing is rounded.
    let shared = precision == other.precision ? precision : .f32
    return converted(to: .blocked, shared).blockSums(other.converted(to: .blocked, shared))
  }

  private func byRows(
    _ numbers: Tensor,
    _ body: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) -> Tensor {
    let x = converted(to: .rows, .f32)
    let numbers = numbers.converted(to: .rows, .f32)
    var result = Tensor(uninitialized: shape)
    body(result.mutablePointer, x.pointer, numbers.pointer)
    return result.converted(to: precision)
  }

  private func inBlocks(
    _ numbers: Tensor,
    _ body: (UnsafePointer<tessera_blocks>, UnsafePointer<Float>, UnsafeMutableRawPointer) -> Void
  ) -> Tensor {
    let (numbers, stride) = numbers.channelNumbers
    var result = Tensor(uninitialized: shape, layout: .blocked, precision: precision)
    var blocks = blocks(stride: stride)
    body(&blocks, numbers.pointer, result.mutableAddress)
    return result
  }

  private func blockSums(_ other: Tensor?) -> Tensor {
    var result = Tensor(uninitialized: [shape[0], shape[1], 1, 1])
    var blocks = blocks(stride: shape[1])
    let scratch = Scratch(bytes: tessera_blocks_scratch_bytes(&blocks))
    tessera_blocks_sum(&blocks, address, other?.address, result.mutablePointer, scratch.address)
    return result
  }

  /// As f32 in whatever layout, and how far the numbers of two images lie apart in it.
  private var channelNumbers: (Tensor, stride: Int) {
    (converted(to: .f32), layout == .blocked ? Layout.blocked.storedCount([1, shape[1], 1, 1]) : shape[1])
  }

  private func blocks(stride: Int) -> tessera_blocks {
    tessera_blocks(
      n: Int64(shape[0]), channels: Int64(shape[1]), pixels: Int64(shape[2] * shape[3]), factor_stride: Int64(stride),
      precision: precision.code)
  }

  private func checkChannels(_ operation: String, _ perChannel: Tensor) {
    precondition(
      shape.rank == 4 && perChannel.shape == [shape[0], shape[1], 1, 1],
      "\(operation): map \(shape) with \(perChannel.shape)")
  }
}

extension Tensor {
  /// A vector of channels for each image of a batch, `[batch, channels, 1, 1]`.
  package func repeated(batch: Int) -> Tensor {
    precondition(shape.rank == 1, "repeated: a vector of channels has one axis, not \(shape)")
    return Tensor([batch, shape[0], 1, 1], (0..<batch).flatMap { _ in elements })
  }

  /// The sum over the batch of one number per channel: `[batch, channels, 1, 1]` to `[channels]`.
  package func summedOverBatch() -> Tensor {
    precondition(shape.rank == 4 && shape[2] == 1 && shape[3] == 1, "summedOverBatch: shape \(shape)")
    let channels = shape[1]
    let all = elements
    return Tensor(
      [channels],
      (0..<channels).map { c in
        Float((0..<shape[0]).reduce(0.0) { $0 + Double(all[$1 * channels + c]) })
      })
  }
}
