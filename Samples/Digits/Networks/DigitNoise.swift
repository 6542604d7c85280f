import SampleKit
package import TesseraTensor

/// What generators draw digits from: numbers from −1 to 1, all equally likely.
package enum DigitNoise {
  /// Numbers for each digit.
  package static let count = 100

  /// Draws the noise of some digits, `[digits, 100]`.
  package static func sample(_ digits: Int, using generator: inout Generator) -> Tensor {
    .uniform([digits, count], in: -1...1, using: &generator)
  }
}
