import TesseraLabels
import TesseraProtocol
import TesseraTensor
import TesseraWeights

/// Predicts an image window by window, so that the memory of a network's maps is that of one window.
///
/// Of each window only the tile in its middle counts. Where the network's reach is finite the margin holds it, and the
/// scores are those of the image filled up to multiples of ``Tiling/alignment`` and seen whole: the same sums, whose
/// rounding differs only where a smaller map is summed by another algorithm. Where scores follow from means over the
/// whole image, each window takes its own means.
struct TiledPredictor {
  let predictor: Predictor
  let normalization: PixelNormalization
  let classCount: Int

  /// Predicts an image.
  ///
  /// - Parameters:
  ///   - pixels: red, green and blue interleaved, rows from the top.
  ///   - outputs: what of the probabilities is wanted.
  ///   - isWanted: asked between layers and windows.
  /// - Returns: nil where it was given up.
  /// - Throws: NONFINITE_OUTPUT.
  func predict(
    _ pixels: [UInt8], _ size: PixelSize, _ tiling: Tiling, outputs: OutputSet, while isWanted: () -> Bool
  ) throws(SegmentationError) -> Prediction? {
    let count = size.width * size.height
    let wantsProbabilities = !outputs.isDisjoint(with: [.probabilitiesF16, .probabilitiesF32])
    let wantsConfidence = outputs.contains(.confidence)
    var labels = [UInt16](repeating: 0, count: count)
    var confidence = [UInt8](repeating: 0, count: wantsConfidence ? count : 0)
    var probabilities = [Float](repeating: 0, count: wantsProbabilities ? classCount * count : 0)
    for window in tiling.windows {
      guard isWanted(), let logits = predictor.logits(image(pixels, size, window), while: isWanted) else { return nil }
      guard logits.nonfiniteCount() == 0 else { throw SegmentationError(.nonfiniteOutput) }
      let part = Prediction(
        logits: logits.part(rows: window.tileRows, columns: window.tileColumns, of: window),
        withProbabilities: wantsProbabilities || wantsConfidence)
      let place = Place(window, size)
      place.copy(part.labels.indices(void: .max), to: &labels)
      if wantsConfidence, let values = part.confidence { place.copy(values, to: &confidence) }
      if wantsProbabilities, let values = part.probabilities {
        for plane in 0..<classCount { place.copy(values, plane: plane, to: &probabilities) }
      }
    }
    return Prediction(
      labels: LabelMap(width: size.width, height: size.height, classCount: classCount, indices: labels),
      probabilities: wantsProbabilities ? probabilities : nil, confidence: wantsConfidence ? confidence : nil)
  }

  /// What a window shows, as the network takes it; beyond the image lies the mean colour.
  private func image(_ pixels: [UInt8], _ size: PixelSize, _ window: Tiling.Window) -> Tensor {
    let (height, width) = (window.rows.count, window.columns.count)
    let columns = min(window.columns.upperBound, size.width) - window.columns.lowerBound
    return Tensor([1, 3, height, width]) { planes in
      planes.update(repeating: 0)
      pixels.withUnsafeBufferPointer { pixels in
        for channel in 0..<3 {
          normalization.table(channel: channel).withUnsafeBufferPointer { table in
            for row in window.rows where row < size.height {
              let from = 3 * (row * size.width + window.columns.lowerBound) + channel
              let to = (channel * height + row - window.rows.lowerBound) * width
              for column in 0..<max(0, columns) { planes[to + column] = table[Int(pixels[from + 3 * column])] }
            }
          }
        }
      }
    }
  }

  /// Where a tile lies in the image.
  private struct Place {
    let rows: Range<Int>
    let columns: Range<Int>
    let size: PixelSize

    init(_ window: Tiling.Window, _ size: PixelSize) {
      rows = window.tileRows
      columns = window.tileColumns
      self.size = size
    }

    func copy<Element>(_ part: [Element], plane: Int = 0, to whole: inout [Element]) {
      for (index, row) in rows.enumerated() {
        let from = (plane * rows.count + index) * columns.count
        let to = (plane * size.height + row) * size.width + columns.lowerBound
        whole.replaceSubrange(to..<to + columns.count, with: part[from..<from + columns.count])
      }
    }
  }
}

extension Tensor {
  /// The tile of a window's map, `[1, channels, window height, window width]`.
  fileprivate func part(rows: Range<Int>, columns: Range<Int>, of window: Tiling.Window) -> Tensor {
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let (top, left) = (rows.lowerBound - window.rows.lowerBound, columns.lowerBound - window.columns.lowerBound)
    return withElements { whole in
      Tensor([1, channels, rows.count, columns.count]) { part in
        for channel in 0..<channels {
          for row in 0..<rows.count {
            let from = (channel * height + top + row) * width + left
            let to = (channel * rows.count + row) * columns.count
            for column in 0..<columns.count { part[to + column] = whole[from + column] }
          }
        }
      }
    }
  }
}
