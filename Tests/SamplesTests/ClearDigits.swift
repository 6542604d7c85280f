import Digits

extension DigitSet {
  /// Digits that nobody could take for another: class k has ink in a band of its own, of a strength of its own.
  static func clear(_ count: Int) -> DigitSet {
    var pixels: [UInt8] = []
    for index in 0..<count {
      let ink = UInt8(155 + index % 100)
      for pixel in 0..<pixelCount { pixels.append(pixel / 78 == index % classCount ? ink : 0) }
    }
    return DigitSet(pixels: pixels, labels: (0..<count).map { UInt8($0 % classCount) })
  }
}

extension [Double] {
  /// The mean, and the mean square distance from it.
  var moments: (mean: Double, variance: Double) {
    let mean = reduce(0, +) / Double(count)
    let squares = map { ($0 - mean) * ($0 - mean) }
    return (mean, squares.reduce(0, +) / Double(count))
  }
}
