import TesseraData
import TesseraTensor

/// What a data set was when a run began: enough to notice that it has changed.
///
/// Names alone would miss files that were replaced; what was computed from their pixels does not.
struct DataFingerprint: Hashable, Codable {
  let classes: [String]
  let trainingSamples: [String]
  let unlabelledImages: [String]
  /// Mean and deviation of their colours; nil where there are none.
  let unlabelledColors: PixelNormalization?
  let validationSamples: [String]
  /// Mean and deviation of the training images' colours.
  let normalization: PixelNormalization
  /// How often each class occurs in the training label maps; nil where the loss does not ask.
  let frequencies: ClassFrequencies?

  /// What differs from an earlier state of the data, one line each.
  func differences(from old: DataFingerprint) -> [String] {
    var lines: [String] = []
    if classes != old.classes {
      lines.append(
        "the classes were \(old.classes.joined(separator: ", ")), now \(classes.joined(separator: ", "))")
    }
    lines += Self.differences(trainingSamples, from: old.trainingSamples, "training")
    lines += Self.differences(unlabelledImages, from: old.unlabelledImages, "unlabelled")
    lines += Self.differences(validationSamples, from: old.validationSamples, "validation")
    if unlabelledImages == old.unlabelledImages, unlabelledColors != old.unlabelledColors {
      lines.append("the colours of the unlabelled images were others")
    }
    // Other samples or classes have other statistics: that would say the same twice.
    if classes == old.classes, trainingSamples == old.trainingSamples {
      lines += colorDifferences(from: old) + frequencyDifferences(from: old)
    }
    return lines
  }

  private static func differences(_ names: [String], from old: [String], _ split: String) -> [String] {
    guard names != old else { return [] }
    guard names.count == old.count else {
      return ["there were \(old.count) \(split) samples, now \(names.count)"]
    }
    let changed = zip(old, names).first { $0 != $1 } ?? ("", "")
    return ["a \(split) sample was \(changed.0), now \(changed.1)"]
  }

  private func colorDifferences(from old: DataFingerprint) -> [String] {
    let (now, before) = (normalization, old.normalization)
    let statistics = [
      ("mean", before.mean, now.mean), ("deviation", before.standardDeviation, now.standardDeviation),
    ]
    return statistics.compactMap { name, before, now in
      zip(["red", "green", "blue"], zip(before, now)).first { $1.0 != $1.1 }.map { color, values in
        "the \(name) of \(color) in the training images was \(values.0), now \(values.1)"
      }
    }
  }

  private func frequencyDifferences(from old: DataFingerprint) -> [String] {
    guard let now = frequencies, let before = old.frequencies, now != before else { return [] }
    let counts = [
      ("pixels of", before.pixels, now.pixels), ("training label maps with", before.maps, now.maps),
      ("labelled pixels in maps with", before.pixelsWherePresent, now.pixelsWherePresent),
    ]
    for (what, before, now) in counts {
      if let index = before.indices.first(where: { before[$0] != now[$0] }) {
        return ["there were \(before[index]) \(what) \(classes[index]), now \(now[index])"]
      }
    }
    return ["there were \(before.voidPixels) void pixels in the training label maps, now \(now.voidPixels)"]
  }
}
