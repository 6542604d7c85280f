public import TesseraNN
import TesseraTensor

/// A U-Net of four levels with `width`, 2·, 4· and 8·`width` channels.
///
/// Each level is two times convolution 3×3, batch normalisation and rectifier; 2×2 max-pooling leads down; bilinear
/// enlargement to the size of the level above and concatenation with it lead up; a 1×1 convolution scores the classes.
/// Any size of at least 8 works: the way up takes each level's own size.
///
/// Source: after Ronneberger, Fischer and Brox 2015 (arXiv:1505.04597), with padding, normalisation and bilinear
/// enlargement.
public struct UNet: Segmenter {
  /// Number of classes.
  public let classCount: Int
  /// Channels of the first level.
  public let width: Int
  /// Widths that can be built.
  public static let widths = 1...1024
  private let down: [DoubleConvolution]
  private let up: [DoubleConvolution]
  private let head: Conv2D

  /// Claims `down.0…3`, `up.0…2` and `head`.
  ///
  /// - Precondition: at least one class, and `width` lies in ``widths``.
  public init(_ scope: ParameterScope, classCount: Int, width: Int) {
    precondition(
      classCount >= 1 && Self.widths.contains(width), "UNet: \(classCount) classes, width \(width)")
    self.classCount = classCount
    self.width = width
    let channels = (0..<4).map { width << $0 }
    down = (0..<4).map { level in
      DoubleConvolution(scope["down"][level], from: level == 0 ? 3 : channels[level - 1], to: channels[level])
    }
    up = (0..<3).map { index in
      let level = 2 - index
      return DoubleConvolution(
        scope["up"][index], from: channels[level + 1] + channels[level], to: channels[level])
    }
    head = Conv2D(scope["head"], from: width, to: classCount, .same(kernel: 1), bias: true)
  }

  /// Three halvings leave one pixel of eight.
  public var minimumSide: Int { 8 }

  /// Three halvings, each rounded down.
  public func coarsestPixels(height: Int, width: Int) -> Int { (height / 8) * (width / 8) }

  /// Scores every pixel: `[batch, 3, height, width]` to `[batch, classes, height, width]`.
  public func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Logits {
    var x = images
    var levels: [Variable] = []
    for (level, block) in down.enumerated() {
      if level > 0 { x = maxPool(x, ConvolutionGeometry(kernel: .init(2), stride: .init(2))) }
      x = block([x], in: pass)
      levels.append(x)
    }
    for (block, skip) in zip(up, levels.dropLast().reversed()) {
      x = resample(x, height: skip.shape[2], width: skip.shape[3], .bilinear)
      x = block([x, skip], in: pass)
    }
    return Logits(head(x, in: pass), features: x)
  }
}

/// Two times convolution 3×3 without bias, batch normalisation and rectifier.
struct DoubleConvolution: Sendable {
  private let first: NormalizedConv2D
  private let second: NormalizedConv2D

  /// Claims `0.0`, `0.1`, `1.0` and `1.1`: convolution and normalisation, twice.
  init(_ scope: ParameterScope, from: Int, to: Int) {
    first = NormalizedConv2D(scope[0], from: from, to: to, .same(kernel: 3), .relu)
    second = NormalizedConv2D(scope[1], from: to, to: to, .same(kernel: 3), .relu)
  }

  /// Of one map whose channels are those of all parts, one part after another.
  func callAsFunction(_ parts: [Variable], in pass: ForwardPass) -> Variable {
    second(first(parts, in: pass), in: pass)
  }
}
