import Testing

@testable import TesseraTensor

@Suite struct ComputeThreadsTests {
  @Test func namesTheLibraries() {
    #expect(ComputeThreads.available >= 1)
    #expect(ComputeThreads.libraries.count == 2)
    #expect(ComputeThreads.libraries[0].hasPrefix("oneDNN ") && ComputeThreads.libraries[1].contains("kernel"))
  }

  /// No processor does fewer than 100 million operations a second, nor as many as a hundred thousand billion.
  @Test func theLimitIsAPlausibleNumber() {
    let limit = ComputeThreads.multiplyAddLimit(rounds: 1 << 16)
    #expect((1e8...1e17).contains(limit), "\(limit)")
    #expect(!ComputeThreads.matrixProductCore.isEmpty)
  }

  /// Everything our own kernels reduce, on maps longer than a thread's share.
  ///
  /// In a process of its own, because the number of threads is the process's.
  @Test func theNumberOfThreadsChangesNoSum() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.random([2, 11, 130, 171])
      let pixels = 2 * 130 * 171
      let indices = (0..<pixels).map { (k: Int) -> UInt16 in k % 13 == 0 ? LabelBatch.void : UInt16(k % 11) }
      let labels = LabelBatch(shape: [2, 130, 171], classCount: 11, indices: indices)
      func results() -> [[UInt64]] {
        let weights = Tensor.random([11]).activated(by: .sigmoid)
        let crossEntropy = x.crossEntropy(labels, weights: weights)
        let verdicts = x.binaryCrossEntropy(target: 0.9)
        let scalars = [x.total(), x.sumOfSquares(), crossEntropy.loss, verdicts.loss]
        let tensors = [
          crossEntropy.gradient, verdicts.gradient, x.softmax(), x.softmax().softmaxGradient(x),
          x.summedOverPixels(), x.dottedOverPixels(x), x.dropped(keep: 0.5, seed: 1),
        ]
        return [scalars.map(\.bitPattern)] + tensors.map { $0.elements.map { UInt64($0.bitPattern) } }
      }
      ComputeThreads.prepare(count: 1)
      let alone = results()
      for count in [2, 3] {
        ComputeThreads.prepare(count: count)
        #expect(results() == alone, "\(count) threads")
      }
    }
  }

  @Test func whatIsNotFiniteIsObservedOnEveryThread() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.prepare(count: 3)
      let count = 200_000
      for place in [0, count / 2, count - 1] {
        var elements = [Float](repeating: 1e30, count: count)
        let finite = ComputeThreads.observingNonfinite { Tensor([count], elements).scaled(by: 1e8) }
        #expect(finite.isFinite)
        elements[place] = 1e38
        let overflow = ComputeThreads.observingNonfinite { Tensor([count], elements).scaled(by: 1e8) }
        #expect(!overflow.isFinite, "element \(place)")
      }
    }
  }

  @Test func noThreadsAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) { ComputeThreads.prepare(count: 0) }
  }
}
