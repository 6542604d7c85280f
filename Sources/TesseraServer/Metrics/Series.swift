internal import Metrics
internal import Synchronization

/// Numbers of one metric under one set of labels.
protocol Series: AnyObject, Sendable {
  /// The values as the exposition format has them: what follows the metric's name, labels besides the set's own, value.
  var samples: [Sample] { get }
}

/// One line of an exposition.
struct Sample: Hashable {
  var suffix = ""
  /// The bound of a bucket.
  var bound: Double?
  let value: Double
}

/// A number that only grows.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
  private let total = Mutex(0.0)

  var samples: [Sample] { [Sample(value: total.withLock { $0 })] }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  // A counter that shrank would be read as a restart.
  func increment(by amount: Double) { if amount > 0, amount.isFinite { total.withLock { $0 += amount } } }

  func reset() { total.withLock { $0 = 0 } }
}

/// A number that goes up and down.
final class GaugeSeries: Series, RecorderHandler, MeterHandler {
  private let current = Mutex(0.0)

  var samples: [Sample] { [Sample(value: current.withLock { $0 })] }

  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { current.withLock { $0 = value } }
  func increment(by amount: Double) { current.withLock { $0 += amount } }
  func decrement(by amount: Double) { current.withLock { $0 -= amount } }
}

/// Observations counted in buckets; a timer's are in seconds.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
  private struct Counts {
    /// Observations in each bucket alone; the last has no bound.
    var buckets: [UInt64]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let counts: Mutex<Counts>

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Mutex(Counts(buckets: [UInt64](repeating: 0, count: bounds.count + 1)))
  }

  var samples: [Sample] {
    let counts = counts.withLock { $0 }
    var samples: [Sample] = []
    var below: UInt64 = 0
    for (bound, count) in zip(bounds + [.infinity], counts.buckets) {
      below += count
      samples.append(Sample(suffix: "_bucket", bound: bound, value: Double(below)))
    }
    return samples + [Sample(suffix: "_sum", value: counts.sum), Sample(suffix: "_count", value: Double(below))]
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    guard value.isFinite else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    counts.withLock { counts in
      counts.buckets[bucket] += 1
      counts.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}

/// Takes what has no place, and forgets it.
final class DroppedSeries: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
  func increment(by amount: Int64) {}
  func increment(by amount: Double) {}
  func decrement(by amount: Double) {}
  func reset() {}
  func record(_ value: Int64) {}
  func record(_ value: Double) {}
  func set(_ value: Int64) {}
  func set(_ value: Double) {}
  func recordNanoseconds(_ duration: Int64) {}
}
