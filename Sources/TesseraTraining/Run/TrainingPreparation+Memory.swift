import TesseraData
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights

extension TrainingPreparation {
  /// What the steps of this run take, found by doing a step of both networks on small crops.
  ///
  /// Nothing of the run changes: the numbers that learn here are copies.
  func memoryNeed() -> MemoryNeed {
    let least = max(model.segmenter.minimumSide, 16 * configuration.discriminatorScale)
    let side = (least + 63) / 64 * 64
    var need = MemoryNeed(batch: 2, sides: (side, 2 * side)) { side in
      var (segmenter, generator) = (state.segmenter, state.generator)
      let batch = TrainingBatch(
        images: .zeros([2, 3, side, side]),
        labels: LabelBatch(
          shape: [2, side, side], classCount: model.classes.count,
          indices: [UInt16](repeating: 0, count: 2 * side * side)))
      if var discriminator = state.discriminator {
        _ = alternation.advance(
          &segmenter, against: &discriminator, with: batch, rates: Alternation.Rates(segmenter: 0, discriminator: 0),
          generator: &generator)
      } else {
        _ = alternation.advance(&segmenter, with: batch, rate: 0, generator: &generator)
      }
    }
    // Batches that the loader holds ready: a colour image in single precision, and labels of two bytes.
    need.bytesPerPixel += (TrainingBatches.depth + 2) * (3 * 4 + 2)
    return need
  }
}

extension TrainingConfiguration {
  /// Refuses a batch of crops that memory cannot hold, naming the batch or crop that it can.
  ///
  /// - Precondition: the crop is filled in.
  func requireMemory(_ need: MemoryNeed, within limit: Int) throws(ConfigurationError) {
    let (height, width) = (cropHeight ?? 0, cropWidth ?? 0)
    let needed = need.bytes(pixels: batch * height * width)
    guard needed > limit else { return }
    let pixels = need.pixels(in: limit)
    let remedy: String
    if pixels / (height * width) >= 2 {
      remedy = "give --batch \(pixels / (height * width)) or less, or smaller crops"
    } else {
      let share = (Double(pixels) / Double(2 * height * width)).squareRoot()
      let sides = [height, width].map { max(16, Int(Double($0) * share) / 16 * 16) }
      let narrower = if case .unet = architecture { ", or a smaller --width" } else { "" }
      remedy = "give --crop \(sides[0])x\(sides[1]) and --batch 2\(narrower)"
    }
    throw ConfigurationError(
      option: "batch", value: "\(batch)",
      remedy: "with crops of \(height)x\(width) it needs about \(gibibytes(needed)) GiB of memory and "
        + "\(gibibytes(limit)) GiB are free; \(remedy)")
  }
}

/// Bytes as GiB with one decimal, for people.
func gibibytes(_ bytes: Int) -> String {
  let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded() / 10
  return "\(tenths)"
}
