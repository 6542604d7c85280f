import TesseraNN
import TesseraTensor
import Testing

@Suite struct ChannelsTests {
  static func concatenation(_ parts: [ReferenceMap]) -> ReferenceMap {
    let first = parts[0].shape
    var y = ReferenceMap([first[0], parts.reduce(0) { $0 + $1.shape[1] }, first[2], first[3]])
    var start = 0
    for part in parts {
      for n in 0..<first[0] {
        for c in 0..<part.shape[1] {
          for i in 0..<first[2] {
            for j in 0..<first[3] { y[n, start + c, i, j] = part[n, c, i, j] }
          }
        }
      }
      start += part.shape[1]
    }
    return y
  }

  @Test(arguments: [[16, 32], [5, 11], [16, 5], [5, 16], [1, 1, 1], [17, 48, 16], [3]])
  func concatenates(_ counts: [Int]) throws {
    var generator = Generator(seed: 15, stream: "\(counts)")
    try expectAgreement(counts.map { ReferenceMap.random([2, $0, 3, 2], &generator) }, probes: 6) { v, _ in
      concatenateChannels(v)
    } reference: {
      Self.concatenation($0)
    }
  }

  @Test(arguments: [(16, 0..<16), (32, 16..<32), (48, 16..<32), (32, 3..<20), (11, 0..<5), (17, 16..<17), (1, 0..<1)])
  func takesARun(_ channelCount: Int, _ range: Range<Int>) throws {
    var generator = Generator(seed: 16, stream: "\(channelCount) \(range)")
    try expectAgreement([.random([2, channelCount, 2, 3], &generator)]) { v, _ in
      channels(v[0], range)
    } reference: { inputs in
      var y = ReferenceMap([2, range.count, 2, 3])
      for n in 0..<2 {
        for c in range {
          for i in 0..<2 { for j in 0..<3 { y[n, c - range.lowerBound, i, j] = inputs[0][n, c, i, j] } }
        }
      }
      return y
    }
  }

  /// Parts that lie differently, one of them produced in blocks.
  @Test func concatenatesAcrossLayouts() throws {
    var generator = Generator(seed: 17, stream: "layouts")
    let parts = [16, 16, 5].map { ReferenceMap.random([1, $0, 3, 3], &generator) }
    try expectAgreement(parts, layouts: [LayoutPair(input: .rows, gradient: .blocked)]) { v, _ in
      concatenateChannels([relaid(v[0], in: .blocked), relaid(v[1], in: .channelsLast), v[2]])
    } reference: {
      Self.concatenation($0)
    }
  }

  @Test func reshapesInRowMajorOrder() throws {
    var generator = Generator(seed: 18, stream: "reshape")
    try expectAgreement([.random([2, 5, 3, 1], &generator)]) { v, _ in
      reshape(v[0], to: [6, 5])
    } reference: {
      ReferenceMap([6, 5], $0[0].values)
    }
  }
}
