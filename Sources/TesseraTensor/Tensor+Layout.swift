internal import CTesseraDNN

extension Tensor {
  /// The same tensor in another layout; itself where it lies so already.
  public func converted(to layout: Layout) -> Tensor {
    guard layout != self.layout else { return self }
    var result = Tensor(uninitialized: shape, layout: layout)
    guard shape.count > 0 else { return result }
    var from = map
    var to = result.map
    check(tessera_reorder(&from, pointer, &to, result.mutablePointer), "converted(to: \(layout))", shape)
    return result
  }

  /// The shape and layout as the shim wants them.
  ///
  /// - Precondition: the tensor has four axes.
  var map: tessera_map { tessera_map(shape, layout) }
}

extension tessera_map {
  init(_ shape: Shape, _ layout: Layout) {
    precondition(shape.rank == 4, "a map has four axes, not \(shape)")
    self.init(n: Int32(shape[0]), c: Int32(shape[1]), h: Int32(shape[2]), w: Int32(shape[3]), layout: layout.code)
  }
}

/// Stops with the operation and its shapes where oneDNN refused what the checks before it had let through.
func check(_ status: Int32, _ operation: String, _ shapes: Shape...) {
  precondition(status == 0, "\(operation): oneDNN refused shapes \(shapes) with status \(status)")
}
