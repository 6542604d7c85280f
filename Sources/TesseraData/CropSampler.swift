import TesseraTensor

/// Fills planes with the crop that a window shows, touching only the pixels that the crop needs.
///
/// Scaling, cropping, mirroring, colour and normalisation are one pass, because resizing whole images to crop them
/// afterwards costs several times as much. Sampling points are pixel centres: output `i` of `n` reads position
/// `(i + ½)·size/n − ½` of the source, between its neighbours for colours and at the nearest pixel for labels.
///
/// All pointer arithmetic of training data is in this file; every index it forms is clamped to the source.
struct CropSampler: Sendable {
  let width: Int
  let height: Int
  /// Channel value `v` becomes `v * scale + shift` before colour variation.
  private let scale: [Float]
  private let shift: [Float]
  /// Bounds of a channel that is normalised: black and full intensity.
  private let deviation: [Float]

  /// Prepares to fill crops of this size.
  init(width: Int, height: Int, normalization: PixelNormalization) {
    self.width = width
    self.height = height
    deviation = normalization.standardDeviation.map { Float($0) }
    scale = normalization.standardDeviation.map { Float(1 / (255 * $0)) }
    shift = zip(normalization.mean, normalization.standardDeviation).map { Float(-$0 / $1) }
  }

  /// Number of values that a crop puts into the planes of an image.
  var imageCount: Int { 3 * width * height }
  /// Number of values that a crop puts into its labels.
  var labelCount: Int { width * height }

  /// Writes one crop.
  ///
  /// Outside the scaled sample the image has the mean colour, which is 0 after normalisation, and the labels are void.
  ///
  /// - Parameters:
  ///   - image: `[3, height, width]`, normalised.
  ///   - labels: `[height, width]`.
  /// - Precondition: the buffers have exactly the size of a crop; the sample has at least one pixel.
  func fill(
    image: UnsafeMutableBufferPointer<Float>, labels: UnsafeMutableBufferPointer<UInt16>, from sample: DecodedSample,
    window: CropWindow
  ) {
    precondition(
      image.count == imageCount && labels.count == labelCount,
      "CropSampler: \(image.count) values and \(labels.count) labels for a crop of \(height)×\(width)")
    precondition(
      sample.width > 0 && sample.height > 0 && sample.pixels.count == 3 * sample.width * sample.height
        && sample.classes.count == sample.width * sample.height,
      "CropSampler: \(sample.pixels.count) bytes and \(sample.classes.count) labels for "
        + "\(sample.height)×\(sample.width)"
    )
    let columns = visible(from: window.left, of: width, in: window.scaledWidth)
    let rows = visible(from: window.top, of: height, in: window.scaledHeight)
    if columns.count < width || rows.count < height {
      image.update(repeating: 0)
      labels.update(repeating: Batch.void)
    }
    guard !columns.isEmpty, !rows.isEmpty else { return }
    let taps = columns.map { column in
      Tap(at: window.left + column, of: window.scaledWidth, from: sample.width)
    }
    let targets = columns.map { window.isFlipped ? width - 1 - $0 : $0 }
    sample.pixels.withUnsafeBufferPointer { source in
      fillImage(image, from: source, sample: sample, window: window, taps: taps, targets: targets, rows: rows)
    }
    sample.classes.withUnsafeBufferPointer { source in
      for row in rows {
        let from = nearest(window.top + row, of: window.scaledHeight, from: sample.height) * sample.width
        let to = row * width
        for (tap, target) in zip(taps, targets) { labels[to + target] = source[from + tap.nearest] }
      }
    }
  }

  /// The positions of a crop at which it shows the scaled sample.
  private func visible(from start: Int, of length: Int, in whole: Int) -> Range<Int> {
    let first = min(length, max(0, -start))
    return first..<max(first, min(length, whole - start))
  }

  private func fillImage(
    _ image: UnsafeMutableBufferPointer<Float>, from source: UnsafeBufferPointer<UInt8>, sample: DecodedSample,
    window: CropWindow, taps: [Tap], targets: [Int], rows: Range<Int>
  ) {
    let firstColumn = taps[0].low
    let lastColumn = taps[taps.count - 1].high
    let span = 3 * (lastColumn - firstColumn + 1)
    let plane = width * height
    let gain = (0..<3).map { scale[$0] * window.contrast }
    let offset = (0..<3).map { shift[$0] * window.contrast + window.brightness / deviation[$0] }
    let lowest = shift
    let highest = (0..<3).map { 255 * scale[$0] + shift[$0] }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: span) { line in
      for row in rows {
        let tap = Tap(at: window.top + row, of: window.scaledHeight, from: sample.height)
        let upper = source.baseAddress! + 3 * (tap.low * sample.width + firstColumn)
        let lower = source.baseAddress! + 3 * (tap.high * sample.width + firstColumn)
        for i in 0..<span {
          let a = Float(upper[i])
          line[i] = a + (Float(lower[i]) - a) * tap.weight
        }
        let to = row * width
        taps.withUnsafeBufferPointer { taps in
          targets.withUnsafeBufferPointer { targets in
            for channel in 0..<3 {
              let (gain, offset, lowest, highest) = (gain[channel], offset[channel], lowest[channel], highest[channel])
              let out = image.baseAddress! + (channel * plane + to)
              for i in 0..<taps.count {
                let a = line[3 * (taps[i].low - firstColumn) + channel]
                let b = line[3 * (taps[i].high - firstColumn) + channel]
                let value = (a + (b - a) * taps[i].weight) * gain + offset
                out[targets[i]] = min(max(value, lowest), highest)
              }
            }
          }
        }
      }
    }
  }
}

/// The two neighbours of a sampling point along one axis.
private struct Tap {
  let low: Int
  let high: Int
  /// Share of `high`; the rest is that of `low`.
  let weight: Float
  let nearest: Int

  init(at index: Int, of scaled: Int, from size: Int) {
    let position = (Double(index) + 0.5) * Double(size) / Double(scaled) - 0.5
    let clamped = min(max(position, 0), Double(size - 1))
    low = Int(clamped)
    high = min(low + 1, size - 1)
    weight = Float(clamped - Double(low))
    nearest = TesseraData.nearest(index, of: scaled, from: size)
  }
}

/// The source pixel in which the centre of scaled pixel `index` lies.
private func nearest(_ index: Int, of scaled: Int, from size: Int) -> Int {
  min(size - 1, (2 * index + 1) * size / (2 * scaled))
}
