import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct PairwiseClosenessTests {
  static func reference(_ m: ReferenceMap, kernels: Int) -> ReferenceMap {
    let (batch, width) = (m.shape[0], m.shape[1] / kernels)
    var result = ReferenceMap([batch, kernels])
    for i in 0..<batch {
      for j in 0..<batch where j != i {
        for b in 0..<kernels {
          let distance = (b * width..<(b + 1) * width).reduce(0.0) {
            $0 + abs(m.values[i * m.shape[1] + $1] - m.values[j * m.shape[1] + $1])
          }
          result.values[i * kernels + b] += exp(-distance)
        }
      }
    }
    return result
  }

  /// More kernels than a tile, one of each, a pair, no multiple of anything.
  @Test(arguments: [(5, 3, 4), (2, 1, 1), (1, 4, 2), (7, 67, 2), (9, 16, 5), (3, 130, 1)])
  func agreesWithItsFormula(_ batch: Int, _ kernels: Int, _ width: Int) throws {
    var generator = Generator(seed: 58, stream: "\(batch) \(kernels) \(width)")
    let m = ReferenceMap.random([batch, kernels * width], &generator)
    try expectAgreement([m]) { v, _ in
      pairwiseCloseness(v[0], kernels: kernels)
    } reference: {
      Self.reference($0[0], kernels: kernels)
    }
  }

  @Test func aSingleSampleIsCloseToNone() {
    let y = evaluate(noParameters()) { pairwiseCloseness($0.constant(.filled([1, 6], with: 3)), kernels: 2).value }
    #expect(y.elements == [0, 0])
  }

  /// A generator that always makes the same is found: every sample is as close to all others as can be.
  @Test func equalSamplesAreAsCloseAsCanBe() throws {
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("m", [6, 8], .ones) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      let y = pairwiseCloseness(pass[key], kernels: 4)
      return (sum(y), y.value.elements)
    }
    #expect(Set(result.output) == [5])
    #expect(result.gradients.tensors[0].elements.allSatisfy { $0 == 0 })
  }

  @Test func farSamplesAreNotClose() {
    let y = evaluate(noParameters()) { pass in
      pairwiseCloseness(pass.constant(Tensor([2, 2], [1e30, 0, -1e30, 0])), kernels: 2).value.elements
    }
    #expect(y[0] < 1e-37 && y[1] == 1 && y[2] < 1e-37 && y[3] == 1)
  }

  @Test func notANumberReachesWhatIsComparedWithIt() {
    let y = evaluate(noParameters()) { pass in
      pairwiseCloseness(pass.constant(Tensor([2, 2], [.nan, 0, 1, 0])), kernels: 2).value.elements
    }
    #expect(y[0].isNaN && y[1] == 1 && y[2].isNaN && y[3] == 1)
  }

  /// Samples are the rows of teams: their number changes no bit.
  @Test func threadsChangeNoBit() {
    var generator = Generator(seed: 59, stream: "threads")
    let m = ReferenceMap.random([33, 150], &generator).tensor
    let before = ComputeThreads.count
    defer { ComputeThreads.prepare(count: before) }
    let results = [1, 2].map { count in
      ComputeThreads.prepare(count: count)
      return evaluate(noParameters()) { pairwiseCloseness($0.constant(m), kernels: 30).value.elements }
    }
    #expect(results[0] == results[1])
  }
}
