import TesseraModels

/// The pixels along one side that a run of outputs follows from: a network's layers, walked from the last to the first.
struct ReceptiveField: Hashable {
  private(set) var first: Int
  private(set) var last: Int

  /// The field of one output, before any layer.
  init(of place: Int) {
    first = place
    last = place
  }

  /// Before a convolution that keeps the size: its window reaches as far on both sides.
  mutating func convolve(kernel: Int, dilation: Int = 1) {
    first -= dilation * (kernel / 2)
    last += dilation * (kernel / 2)
  }

  /// Before a pooling of pairs.
  mutating func pool() {
    first *= 2
    last = 2 * last + 1
  }

  /// Before a bilinear enlargement of even sizes: between the pixels on both sides of (i + ½) / factor − ½.
  mutating func enlarge(by factor: Int) {
    func below(_ place: Int) -> Int {
      let (quotient, remainder) = (2 * place + 1 - factor).quotientAndRemainder(dividingBy: 2 * factor)
      return remainder < 0 ? quotient - 1 : quotient
    }
    first = below(first)
    last = below(last) + 1
  }
}

extension Architecture {
  /// How far from a pixel, along each side, lies what its scores follow from; nil where that is the whole image.
  ///
  /// Means over the image make it whole: those by which LR-ASPP weighs channels, and the spread that Farabet's network
  /// normalises by.
  var reach: Int? {
    switch self {
    case .unet: Self.reach(stride: 8) { $0.passUNet() }
    case .dilated8: Self.reach(stride: 8) { $0.passDilated8() }
    case .lraspp, .farabet: nil
    }
  }

  /// The reach of the pixel that has the largest one: they differ by their place among those that become one.
  private static func reach(stride: Int, _ layers: (inout ReceptiveField) -> Void) -> Int {
    (0..<stride).map { place in
      var field = ReceptiveField(of: place)
      layers(&field)
      return max(place - field.first, field.last - place)
    }.max() ?? 0
  }
}

extension ReceptiveField {
  /// The way over the lowest level, which the others lie within.
  fileprivate mutating func passUNet() {
    let levels = 4
    for _ in 1..<levels {
      passDouble()
      enlarge(by: 2)
    }
    passDouble()
    for _ in 1..<levels {
      pool()
      passDouble()
    }
  }

  private mutating func passDouble() {
    for _ in 0..<2 { convolve(kernel: 3) }
  }

  fileprivate mutating func passDilated8() {
    enlarge(by: 8)
    for dilation in [1, 16, 8, 4, 2, 1, 1] { convolve(kernel: 3, dilation: dilation) }
    convolve(kernel: 7, dilation: 4)
    for _ in 0..<3 { convolve(kernel: 3, dilation: 2) }
    for _ in 0..<3 { convolve(kernel: 3) }
    for convolutions in [3, 2, 2] {
      pool()
      for _ in 0..<convolutions { convolve(kernel: 3) }
    }
  }
}
