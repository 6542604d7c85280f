import TesseraNN
import TesseraTensor

/// VGG-16 without its last two poolings, whose later layers are dilated instead: scores at an eighth of the size.
///
/// Five stages of two, two, three, three and three convolutions 3×3, each followed by a rectifier; 2×2 max-pooling
/// after the first three; dilation 2 in the fifth. Then what were fully connected layers: 7×7 of dilation 4 and 1×1,
/// each followed by a rectifier and, in training, dropout of one half; and a 1×1 convolution that scores the classes.
///
/// Source: Yu and Koltun 2016 (arXiv:1511.07122), section 4; Simonyan and Zisserman 2015 (arXiv:1409.1556), table 1, D.
struct DilatedFrontEnd: Sendable {
  private let stages: [[Conv2D]]
  private let wide: Conv2D
  private let narrow: Conv2D
  private let head: Conv2D

  /// Stages that pooling follows.
  private static let pooledStages = 3
  private static let dropoutRate: Float = 0.5

  /// Claims `conv1_1` to `conv5_3`, `fc6`, `fc7` and `final`.
  ///
  /// Drawn anew they start by He's normal of the fan-out, without which a network of this depth that normalises nothing
  /// would fade; the source starts them by VGG-16 of ImageNet.
  ///
  /// - Precondition: five stages.
  init(_ scope: ParameterScope, classCount: Int, stageWidths: [Int], hiddenWidth: Int) {
    precondition(stageWidths.count == 5, "DilatedFrontEnd: \(stageWidths.count) stages")
    let counts = [2, 2, 3, 3, 3]
    stages = counts.indices.map { stage in
      (0..<counts[stage]).map { layer in
        let before = layer > 0 ? stageWidths[stage] : stage > 0 ? stageWidths[stage - 1] : 3
        return Conv2D(
          scope["conv\(stage + 1)_\(layer + 1)"], from: before, to: stageWidths[stage],
          .same(kernel: 3, dilation: stage == 4 ? 2 : 1), bias: true, start: .heFanOut)
      }
    }
    wide = Conv2D(
      scope["fc6"], from: stageWidths[4], to: hiddenWidth, .same(kernel: 7, dilation: 4), bias: true, start: .heFanOut)
    narrow = Conv2D(scope["fc7"], from: hiddenWidth, to: hiddenWidth, .same(kernel: 1), bias: true, start: .heFanOut)
    head = Conv2D(scope["final"], from: hiddenWidth, to: classCount, .same(kernel: 1), bias: true, start: .heFanOut)
  }

  /// `[batch, 3, height, width]` to scores, `[batch, classes, ⌊height / 8⌋, ⌊width / 8⌋]`, and the maps they are of.
  func callAsFunction(_ images: Variable, in pass: ForwardPass) -> (scores: Variable, features: Variable) {
    var x = images
    for (index, stage) in stages.enumerated() {
      x = stage.reduce(x) { x, layer in relu(layer(x, in: pass)) }
      if index < Self.pooledStages { x = maxPool(x, ConvolutionGeometry(kernel: .init(2), stride: .init(2))) }
    }
    for layer in [wide, narrow] { x = dropout(relu(layer(x, in: pass)), rate: Self.dropoutRate, in: pass) }
    return (head(x, in: pass), x)
  }
}
