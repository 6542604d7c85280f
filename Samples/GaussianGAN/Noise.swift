import SampleKit
import TesseraTensor

/// What the generator starts from: numbers from −1 to 1, all equally likely.
enum Noise {
  static let range = -1.0...1.0

  /// Draws `[count, 1]` numbers.
  static func sample(_ count: Int, using generator: inout Generator) -> Tensor {
    .uniform([count, 1], in: range, using: &generator)
  }

  /// The middles of `count` parts of equal width, `[count, 1]`: every part of the noise once, without chance.
  static func lattice(_ count: Int) -> Tensor {
    let width = range.upperBound - range.lowerBound
    return Tensor(
      [count, 1], (0..<count).map { Float(range.lowerBound + width * (Double($0) + 0.5) / Double(count)) })
  }
}
