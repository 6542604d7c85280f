import Synchronization
import TesseraImaging
public import TesseraLabels
public import TesseraTensor

/// Decoded samples, kept in memory as bytes as long as they fit a bound and decoded again each time beyond it.
///
/// Whether a sample is kept never changes what is read, only how long it takes.
public final class SampleStore: Sendable {
  /// The paths below the image folder without suffix, in the order of the samples' indices.
  public let names: [String]
  /// What the stored ids mean.
  public let labelSet: LabelSet
  /// Most bytes that decoded samples may take.
  public let memoryLimit: Int

  private enum Source {
    case labelled(Sample)
    case unlabelled(UnlabelledImage)

    func decoded(labelSet: LabelSet) throws(DatasetError) -> DecodedSample {
      switch self {
      case .labelled(let sample): try sample.decoded(labelSet: labelSet)
      case .unlabelled(let image): try image.decoded()
      }
    }
  }
  private let sources: [Source]

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
    names = samples.map(\.name)
    sources = samples.map { .labelled($0) }
    self.labelSet = labelSet
    self.memoryLimit = memoryLimit
  }

  /// Wraps images without labels, whose every pixel has class 0, without reading any.
  ///
  /// - Parameter memoryLimit: most bytes that decoded images may take; a pixel takes 5.
  public init(unlabelled images: [UnlabelledImage], labelSet: LabelSet, memoryLimit: Int = 1 << 30) {
    names = images.map(\.name)
    sources = images.map { .unlabelled($0) }
    self.labelSet = labelSet
    self.memoryLimit = memoryLimit
  }

  /// The samples with labels, in the order of their indices.
  var samples: [Sample] {
    sources.compactMap { source in
      if case .labelled(let sample) = source { sample } else { nil }
    }
  }

  /// How many samples there are.
  public var count: Int { names.count }

  /// The sample at an index, from memory or from its files.
  func decoded(_ index: Int) throws(DatasetError) -> DecodedSample {
    if let sample = kept.withLock({ $0.samples[index] }) { return sample }
    let sample = try sources[index].decoded(labelSet: labelSet)
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
    let chosen = min(count, max(1, limit))
    for i in 0..<chosen { sums.add(try decoded(i * count / chosen).pixels) }
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
    for index in names.indices { frequencies.add(classes: try decoded(index).classes) }
    return frequencies
  }
}
