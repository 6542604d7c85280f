import Synchronization
import TesseraImaging
public import TesseraLabels
public import TesseraTensor

/// Decoded samples, kept in memory as bytes as long as they fit a bound and decoded again each time beyond it.
///
/// Whether a sample is kept never changes what is read, only how long it takes.
public final class SampleStore: Sendable {
  /// The samples, in the order of their indices.
  public let samples: [Sample]
  /// What the stored ids mean.
  public let labelSet: LabelSet
  /// Most bytes that decoded samples may take.
  public let memoryLimit: Int

  private struct Kept {
    var samples: [Int: DecodedSample] = [:]
    var byteCount = 0
  }
  private let kept = Mutex(Kept())

  /// Wraps samples without reading any.
  ///
  /// - Parameters:
  ///   - samples: the samples of a split.
  ///   - labelSet: what the stored ids mean.
  ///   - memoryLimit: most bytes that decoded samples may take; a pixel takes 5.
  public init(_ samples: [Sample], labelSet: LabelSet, memoryLimit: Int = 1 << 30) {
    self.samples = samples
    self.labelSet = labelSet
    self.memoryLimit = memoryLimit
  }

  /// The sample at an index, from memory or from its files.
  func decoded(_ index: Int) throws(DatasetError) -> DecodedSample {
    if let sample = kept.withLock({ $0.samples[index] }) { return sample }
    let sample = try samples[index].decoded(labelSet: labelSet)
    kept.withLock { kept in
      guard kept.samples[index] == nil, kept.byteCount + sample.byteCount <= memoryLimit else { return }
      kept.samples[index] = sample
      kept.byteCount += sample.byteCount
    }
    return sample
  }

  /// Measures the colours of at most `limit` images, spread evenly over the samples.
  ///
  /// - Throws: what is wrong with a sample; `.emptySplit` without any.
  public func normalization(limit: Int = 200) throws(DatasetError) -> PixelNormalization {
    var sums = ColorSums()
    let count = min(samples.count, max(1, limit))
    for i in 0..<count { sums.add(try decoded(i * samples.count / count).pixels) }
    guard let normalization = sums.normalization else {
      throw DatasetError(
        .emptySplit, "data set", cause: "there is no image to measure colours of",
        remedy: "give at least one training sample")
    }
    return normalization
  }

  /// Counts the pixels of each class over all samples.
  public func classFrequencies() throws(DatasetError) -> ClassFrequencies {
    var frequencies = ClassFrequencies(classCount: labelSet.count)
    for index in samples.indices { frequencies.add(classes: try decoded(index).classes) }
    return frequencies
  }
}
