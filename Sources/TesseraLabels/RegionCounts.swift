/// How many connected regions of each class ground truth and prediction have, over any number of images.
///
/// A region is a largest set of pixels of one class that hang together by their sides. Speckle, holes and broken thin
/// parts each add regions, and parts that are passed over take them away, where IoU hardly notices: few pixels are
/// wrong.
///
/// Void takes no part: where the ground truth is void the prediction is treated as void too.
public struct RegionCounts: Hashable, Sendable {
  /// Regions of each class in the ground truth.
  public private(set) var truth: [Int]
  /// Regions of each class in the predictions.
  public private(set) var prediction: [Int]

  /// Starts with no images.
  ///
  /// - Precondition: `classCount` lies in `1...LabelMap.maximumClassCount`.
  public init(classCount: Int) {
    precondition((1...LabelMap.maximumClassCount).contains(classCount), "RegionCounts: \(classCount) classes")
    truth = [Int](repeating: 0, count: classCount)
    prediction = truth
  }

  /// Regions predicted for each one in the ground truth, of all classes together; nil where that has none.
  ///
  /// 1 is right; predictions that are shattered have more, those that are smoothed over less.
  public var ratio: Double? {
    let regions = truth.reduce(0, +)
    return regions == 0 ? nil : Double(prediction.reduce(0, +)) / Double(regions)
  }

  /// Takes one image into account.
  ///
  /// - Throws: ``LabelMapPairError`` where sizes or numbers of classes differ; then nothing is counted.
  /// - Complexity: linear in the pixels.
  public mutating func add(truth map: LabelMap, prediction predicted: LabelMap) throws(LabelMapPairError) {
    try LabelMapPairError.check(truth: map, prediction: predicted, classCount: truth.count)
    let seen = zip(predicted.codes, map.codes).map { $1 == LabelMap.voidCode ? $1 : $0 }
    Self.count(map.codes, width: map.width, into: &truth)
    Self.count(seen, width: map.width, into: &prediction)
  }

  /// Adds the regions of a map: its runs along rows, less one for each two that join.
  private static func count(_ codes: [UInt16], width: Int, into counts: inout [Int]) {
    guard !codes.isEmpty else { return }
    let span = codes.span
    var runs = RunSets()
    var above = 0..<0
    for row in stride(from: 0, to: span.count, by: width) {
      let first = runs.ends.count
      var start = 0
      var upper = above.lowerBound
      while start < width {
        let code = span[row + start]
        var end = start + 1
        while end < width, span[row + end] == code { end += 1 }
        let run = runs.add(end: end)
        if code != LabelMap.voidCode { counts[Int(code)] += 1 }
        // The runs above that share a column with this one; the last of them may reach beyond it.
        while upper < above.upperBound, runs.ends[upper] <= start { upper += 1 }
        var touching = upper
        while touching < above.upperBound, touching == upper || runs.ends[touching - 1] < end {
          let column = touching == above.lowerBound ? 0 : runs.ends[touching - 1]
          if span[row - width + column] == code, code != LabelMap.voidCode, runs.join(run, touching) {
            counts[Int(code)] -= 1
          }
          touching += 1
        }
        start = end
      }
      above = first..<runs.ends.count
    }
  }
}

/// Runs of pixels along rows, and which of them hang together: disjoint sets with path halving.
private struct RunSets {
  /// One past the last column of each run.
  private(set) var ends: [Int] = []
  private var parents: [Int] = []

  mutating func add(end: Int) -> Int {
    ends.append(end)
    parents.append(parents.count)
    return parents.count - 1
  }

  /// Joins the sets of two runs; false where they were one already.
  mutating func join(_ one: Int, _ other: Int) -> Bool {
    let (one, other) = (root(one), root(other))
    parents[max(one, other)] = min(one, other)
    return one != other
  }

  private mutating func root(_ run: Int) -> Int {
    var run = run
    while parents[run] != run {
      parents[run] = parents[parents[run]]
      run = parents[run]
    }
    return run
  }
}
