import CTesseraKernels

extension Tensor {
  /// Every element plus `deviation` times a standard normal number that follows from `seed` and the element's place.
  package func addingNoise(deviation: Float, seed: UInt64) -> Tensor {
    precondition(deviation >= 0 && deviation.isFinite, "addingNoise: deviation \(deviation)")
    let x = converted(to: .rows, .f32)
    var result = Tensor(uninitialized: shape)
    tessera_add_noise(result.mutablePointer, x.pointer, shape.count, deviation, seed)
    return result.converted(to: layout, precision)
  }
}
