internal import CTesseraDNN

extension Tensor {
  /// The same tensor in another layout; itself where it lies so already.
  public func converted(to layout: Layout) -> Tensor { converted(to: layout, precision) }

  /// The same tensor with its elements stored in another way; itself where they are so already.
  ///
  /// To ``Precision/bf16`` numbers are rounded to nearest, ties to even.
  public func converted(to precision: Precision) -> Tensor { converted(to: layout, precision) }

  /// The same tensor in another layout and precision, in one pass.
  public func converted(to layout: Layout, _ precision: Precision) -> Tensor {
    guard layout != self.layout || precision != self.precision else { return self }
    if precision == self.precision, self.layout.agrees(with: layout, on: shape) { return relabelled(layout) }
    var result = Tensor(uninitialized: shape, layout: layout, precision: precision)
    guard shape.count > 0 else { return result }
    var from = map
    var to = result.map
    check(tessera_reorder(&from, address, &to, result.mutableAddress), "converted(to: \(layout), \(precision))", shape)
    return result
  }

  /// The shape, layout and precision as the shim wants them; what has not four axes is a row.
  var map: tessera_map {
    tessera_map(shape.rank == 4 ? shape : [1, 1, 1, shape.count], layout, precision)
  }
}

extension tessera_map {
  init(_ shape: Shape, _ layout: Layout, _ precision: Precision = .f32) {
    precondition(shape.rank == 4, "a map has four axes, not \(shape)")
    self.init(
      n: Int32(shape[0]), c: Int32(shape[1]), h: Int32(shape[2]), w: Int32(shape[3]), layout: layout.code,
      precision: precision.code)
  }
}

/// Stops with the operation and its shapes where oneDNN refused what the checks before it had let through, or where it
/// had no memory.
func check(
  _ status: Int32, _ operation: @autoclosure () -> String, _ shape: @autoclosure () -> Shape,
  _ other: @autoclosure () -> Shape? = nil
) {
  if status == TESSERA_DNN_NO_MEMORY { stopWithoutMemory("memory for \(operation()) of shape \(shape())") }
  precondition(
    status == 0,
    "\(operation()): oneDNN refused shapes \([shape(), other()].compactMap(\.self)) with status \(status)")
}
