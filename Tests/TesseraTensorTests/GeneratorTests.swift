import TesseraTensor
import Testing

@Suite struct GeneratorTests {
  @Test func theSameSeedAndNameRepeat() {
    var a = Generator(seed: 1, stream: "x")
    var b = Generator(seed: 1, stream: "x")
    #expect((0..<100).allSatisfy { _ in a.next() == b.next() })
  }

  /// The first numbers of xoshiro256** from the state 1, 2, 3, 4, worked out by hand from its definition.
  @Test func theRecurrence() {
    var generator = Generator(state: [1, 2, 3, 4])
    #expect((0..<3).map { _ in generator.next() } == [11520, 0, 1_509_978_240])
  }

  @Test func streamsAndSeedsAreIndependent() {
    let starts = (0..<20).flatMap { seed in
      ["", "a", "b", "ab", "ba"].map { name in
        var generator = Generator(seed: UInt64(seed), stream: name)
        return generator.next()
      }
    }
    #expect(Set(starts).count == 100)
    var (a, b) = (Generator(seed: 1, stream: "a"), Generator(seed: 1, stream: "b"))
    let products = (0..<20_000).map { _ in (a.uniform() - 0.5) * (b.uniform() - 0.5) }
    // Variance 1/144 each: five standard deviations of the mean.
    #expect(abs(products.reduce(0, +) / 20_000) < 5 / (12 * (20_000.0).squareRoot()))
  }

  @Test func theStateIsAllThereIs() {
    var a = Generator(seed: 7, stream: "state")
    for _ in 0..<13 { _ = a.normal() }
    var b = Generator(state: a.state)
    #expect(a == b)
    #expect((0..<10).allSatisfy { _ in a.normal() == b.normal() })
  }

  @Test func copiesGoTheirOwnWay() {
    var a = Generator(seed: 7, stream: "copy")
    let kept = a
    _ = a.next()
    #expect(a != kept)
  }

  @Test func uniformMoments() {
    var generator = Generator(seed: 2, stream: "uniform")
    let x = (0..<50_000).map { _ in generator.uniform() }
    #expect(x.allSatisfy { (0..<1).contains($0) })
    let mean = x.reduce(0, +) / 50_000
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50_000
    #expect(abs(mean - 0.5) < 0.0065)
    #expect(abs(variance - 1 / 12.0) < 0.0017)
    // Each tenth has a tenth, within five standard deviations.
    for tenth in 0..<10 { #expect(abs(x.count { Int($0 * 10) == tenth } - 5000) < 336) }
  }

  @Test func normalMoments() {
    var generator = Generator(seed: 3, stream: "normal")
    let x = (0..<50_000).map { _ in generator.normal() }
    func moment(_ power: Int) -> Double {
      x.reduce(0) { sum, value in sum + (0..<power).reduce(1.0) { product, _ in product * value } } / 50_000
    }
    #expect(x.allSatisfy { $0.isFinite })
    #expect(abs(moment(1)) < 0.0224 && abs(moment(2) - 1) < 0.0317)
    #expect(abs(moment(3)) < 0.0867 && abs(moment(4) - 3) < 0.22)
    #expect(abs(Double(x.count { abs($0) < 1 }) / 50_000 - 0.682_689) < 0.0105)
  }

  @Test func statesThatLeadNowhereAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) { _ = Generator(state: [0, 0, 0, 0]) }
  }
}
