package import TesseraTensor

/// Which digits are learned from and which judge what was learned.
package struct DigitSplit: Hashable, Sendable {
  /// Four fifths.
  package let training: [Int]
  /// The rest.
  package let heldOut: [Int]

  /// Shuffles first, since the files hold easier digits first; always in the same way, so that figures of different
  /// seeds are of the same digits.
  package init(count: Int) {
    var generator = Generator(seed: 0, stream: "split")
    let order = Array(0..<count).shuffled(using: &generator)
    training = Array(order.prefix(count * 4 / 5))
    heldOut = Array(order.dropFirst(count * 4 / 5))
  }

  /// Refuses what there are not enough training digits of each class for.
  ///
  /// - Throws: ``LabelCountError``.
  package func requireLabels(_ count: Int, of digits: DigitSet) throws(LabelCountError) {
    var available = [Int](repeating: 0, count: DigitSet.classCount)
    for index in training { available[Int(digits.labels[index])] += 1 }
    let most = (available.min() ?? 0) * DigitSet.classCount
    if count > most { throw LabelCountError(count: count, most: most) }
  }

  /// The first training digits of each class, as many of each: what is told of which digit it is.
  ///
  /// - Precondition: there are so many of each class.
  package func labelled(perClass count: Int, of digits: DigitSet, using generator: inout Generator) -> [Int] {
    var left = [Int](repeating: count, count: DigitSet.classCount)
    let chosen = training.shuffled(using: &generator).filter { index in
      let label = Int(digits.labels[index])
      left[label] -= 1
      return left[label] >= 0
    }
    precondition(
      chosen.count == count * DigitSet.classCount, "DigitSplit: fewer than \(count) training digits of some class")
    return chosen
  }
}

/// More labels than there are digits for.
package struct LabelCountError: Error, Hashable, CustomStringConvertible {
  /// What was asked for.
  package let count: Int
  /// What can be given.
  package let most: Int

  /// One line: cause and remedy.
  package var description: String {
    "\(count) labels: the digits have at most \(most), as many of each class; give fewer by --labels"
  }
}
