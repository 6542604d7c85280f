package import TesseraTensor

extension Tensor {
  /// Draws every number from the uniform distribution between two bounds.
  package static func uniform(
    _ shape: Shape, in bounds: ClosedRange<Double>, using generator: inout Generator
  ) -> Tensor {
    let width = bounds.upperBound - bounds.lowerBound
    return Tensor(shape, (0..<shape.count).map { _ in Float(bounds.lowerBound + width * generator.uniform()) })
  }
}
