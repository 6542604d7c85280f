import TestSupport

/// Takes frames in one direction, and harms some of them.
struct Carrier {
  enum Harm: CaseIterable {
    case drops, doubles, reorders, flips
    /// Nothing gets through any more, from somewhere in a frame on.
    case cuts
  }

  /// One frame in so many is harmed; nil for none.
  var odds: Int?
  private(set) var harms: Set<Harm> = []
  /// A frame that the next one overtakes.
  private var held: [UInt8] = []
  private var isCut = false

  init(odds: Int?) { self.odds = odds }

  /// What comes out where a frame goes in.
  mutating func carry(_ frame: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    if isCut { return [] }
    let late = held
    held = []
    guard let odds, Int.random(in: 0..<odds, using: &generator) == 0,
      let harm = Harm.allCases.randomElement(using: &generator)
    else { return frame + late }
    harms.insert(harm)
    switch harm {
    case .drops: return late
    case .doubles: return frame + frame + late
    case .reorders:
      held = frame
      return late
    case .flips:
      var flipped = frame
      flipped[Int.random(in: frame.indices, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      return flipped + late
    case .cuts:
      isCut = true
      return late + frame.prefix(Int.random(in: frame.indices, using: &generator))
    }
  }
}
