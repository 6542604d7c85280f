package import TesseraTensor

/// Handwritten digits, 28×28 grey pixels each, and what they are.
package struct DigitSet: Sendable {
  /// Pixels of a side.
  package static let side = 28
  /// Pixels of a digit.
  package static let pixelCount = side * side
  /// 0 to 9.
  package static let classCount = 10

  /// What each digit is.
  package let labels: [UInt8]
  private let pixels: [UInt8]

  /// Number of digits.
  package var count: Int { labels.count }

  /// Wraps digits.
  ///
  /// - Precondition: each label is below 10 and has 784 pixels.
  package init(pixels: [UInt8], labels: [UInt8]) {
    precondition(
      pixels.count == labels.count * Self.pixelCount && labels.allSatisfy { $0 < Self.classCount },
      "DigitSet: \(pixels.count) pixels of \(labels.count) digits")
    self.pixels = pixels
    self.labels = labels
  }

  /// The digits of some indices as numbers from 0, paper, to 1, ink: `[count, 784]`.
  package func images(at indices: some Collection<Int>) -> Tensor {
    Tensor([indices.count, Self.pixelCount]) { buffer in
      for (row, index) in indices.enumerated() {
        for pixel in 0..<Self.pixelCount {
          buffer[row * Self.pixelCount + pixel] = Float(pixels[index * Self.pixelCount + pixel]) / 255
        }
      }
    }
  }

  /// What the digits of some indices are, `[count, 1, 1]`.
  package func labels(at indices: some Collection<Int>) -> LabelBatch {
    LabelBatch(
      shape: [indices.count, 1, 1], classCount: Self.classCount, indices: indices.map { UInt16(labels[$0]) })
  }
}
