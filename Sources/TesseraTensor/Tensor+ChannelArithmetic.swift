import CTesseraKernels

/// Maps, and one number for each channel of each image: `[batch, channels, 1, 1]`.
///
/// Maps in blocks are worked on as they lie, f32 or bf16; other layouts by way of rows. The numbers are f32.
extension Tensor {
  /// Every channel of a map times its own number, in the map's precision.
  package func multipliedByChannel(_ factors: Tensor) -> Tensor {
    var result = self
    result.scaleByChannel(factors, adding: nil)
    return result
  }

  /// Every channel of a map plus its own number, in the map's precision.
  package func addingByChannel(_ terms: Tensor) -> Tensor {
    var result = self
    result.scaleByChannel(nil, adding: terms)
    return result
  }

  /// Multiplies every channel by its own number and adds another to it, in one pass: in the memory of this map where no
  /// other tensor shares it.
  package mutating func scaleByChannel(_ factors: Tensor?, adding terms: Tensor?) {
    for numbers in [factors, terms].compactMap(\.self) {
      precondition(
        shape.rank == 4 && numbers.shape == [shape[0], shape[1], 1, 1],
        "scaleByChannel: map \(shape) with \(numbers.shape)")
    }
    let (factors, terms) = (factors?.converted(to: .rows, .f32), terms?.converted(to: .rows, .f32))
    guard layout == .blocked else {
      self = scaledRows(factors, terms)
      return
    }
    var result = isShared ? Tensor(uninitialized: shape, layout: layout, precision: precision) : nil
    var blocks = blocks
    let source = address
    tessera_blocks_multiply_add(
      &blocks, source, factors?.pointer, terms?.pointer, result?.mutableAddress ?? mutableAddress)
    if let result { self = result }
  }

  private func scaledRows(_ factors: Tensor?, _ terms: Tensor?) -> Tensor {
    var x = converted(to: .rows, .f32)
    let (channels, pixels) = (shape[0] * shape[1], shape[2] * shape[3])
    for (numbers, kernel) in [(factors, tessera_multiply_channels), (terms, tessera_add_channels)] {
      guard let numbers else { continue }
      var result = Tensor(uninitialized: shape)
      kernel(result.mutablePointer, x.pointer, numbers.pointer, channels, pixels)
      x = result
    }
    return x.converted(to: precision)
  }

  /// A map whose every pixel has these numbers; this tensor is `[batch, channels, 1, 1]`.
  package func repeatedOverPixels(height: Int, width: Int, layout: Layout, precision: Precision) -> Tensor {
    precondition(
      shape.rank == 4 && shape[2] == 1 && shape[3] == 1, "repeatedOverPixels: \(shape) is not one number per channel")
    var result = Tensor(uninitialized: [shape[0], shape[1], height, width], layout: .blocked, precision: precision)
    let numbers = converted(to: .rows, .f32)
    var blocks = result.blocks
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

  private func blockSums(_ other: Tensor?) -> Tensor {
    var result = Tensor(uninitialized: [shape[0], shape[1], 1, 1])
    var blocks = blocks
    let scratch = Scratch(bytes: tessera_blocks_scratch_bytes(&blocks))
    tessera_blocks_sum(&blocks, address, other?.address, result.mutablePointer, scratch.address)
    return result
  }

  private var blocks: tessera_blocks {
    tessera_blocks(
      n: Int64(shape[0]), channels: Int64(shape[1]), pixels: Int64(shape[2] * shape[3]), precision: precision.code)
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
