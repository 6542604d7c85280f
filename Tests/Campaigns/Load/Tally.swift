/// What came of the requests of a load.
struct Tally: Sendable {
  private(set) var answers = 0
  /// Of the answers: those computed together with others.
  private(set) var batched = 0
  private(set) var largestBatch = 0
  /// Requests whose time was so short that they may come to nothing.
  private(set) var late = 0
  private(set) var faults: [String] = []

  mutating func take(batch: Int) {
    answers += 1
    if batch > 1 { batched += 1 }
    largestBatch = max(largestBatch, batch)
  }

  mutating func takeLate() { late += 1 }

  mutating func take(fault: String) { faults.append(fault) }

  mutating func add(_ other: Tally) {
    answers += other.answers
    batched += other.batched
    largestBatch = max(largestBatch, other.largestBatch)
    late += other.late
    faults += other.faults
  }
}
