import TestSupport

/// A small deterministic mutator: the same seed makes the same inputs everywhere.
///
/// The long campaigns use libFuzzer's, which follows coverage; this one is for tests that must end soon.
public struct Mutator {
  private var generator: SplitMix64

  /// Begins with any number.
  public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// Changes an input of a target in a few places, and mends it in seven of eight cases.
  public mutating func mutate(_ input: inout [UInt8], for target: FuzzTarget) {
    var mutation = Mutation(choices: generator.next())
    mutation.apply(to: &input, target) { bytes, longest in
      for _ in 0...below(3) { change(&bytes, longest: longest) }
    }
    if input.count > target.longest { input.removeLast(input.count - target.longest) }
  }

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  private mutating func change(_ bytes: inout [UInt8], longest: Int) {
    guard !bytes.isEmpty else {
      if longest > 0 { bytes.append(UInt8(truncatingIfNeeded: generator.next())) }
      return
    }
    let place = below(bytes.count)
    switch below(8) {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2: bytes[place] = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, 0x20][below(8)]
    case 3: bytes[place] &+= below(2) == 0 ? 1 : .max
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
    case 5:
      let count = min(1 + below(8), max(0, longest - bytes.count))
      bytes.insert(contentsOf: (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }, at: place)
    case 6:
      let part = Array(bytes[place..<min(bytes.count, place + 1 + below(16))])
      if bytes.count + part.count <= longest { bytes.insert(contentsOf: part, at: below(bytes.count)) }
    default: setNumber(&bytes, at: place)
    }
  }

  /// Writes one of the numbers at which readers break, in 2, 4 or 8 bytes of either order.
  private mutating func setNumber(_ bytes: inout [UInt8], at place: Int) {
    let number = [0, 1, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 63, .max, 1 << 32, 1 << 20][below(10)]
    let width = [2, 4, 8][below(3)]
    guard place + width <= bytes.count else { return }
    let isLittle = below(2) == 0
    for index in 0..<width {
      bytes[place + (isLittle ? index : width - 1 - index)] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
    }
  }
}
