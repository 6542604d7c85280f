import Foundation
import Testing

@testable import TesseraTraining

struct PairedTestTests {
  /// Student's distribution in closed form for few degrees of freedom.
  @Test(arguments: [0.0, 0.1, 0.9, 1, 2.5, 4.303, 12, 100], [1, 2, 3, 4])
  func tailsAgreeWithTheirClosedForms(_ t: Double, _ degrees: Int) {
    let expected: Double
    switch degrees {
    case 1: expected = 1 - 2 / .pi * atan(t)
    case 2: expected = 1 - t / (2 + t * t).squareRoot()
    case 3:
      let angle = atan(t / 3.0.squareRoot())
      expected = 1 - 2 / .pi * (angle + sin(angle) * cos(angle))
    default:
      let sine = t / (4 + t * t).squareRoot()
      expected = 1 - sine * (1 + 2 / (4 + t * t))
    }
    #expect(abs(studentTail(t, degrees: degrees) - expected) < 1e-12)
    #expect(studentTail(-t, degrees: degrees) == studentTail(t, degrees: degrees))
  }

  @Test func threePairs() throws {
    // Mean 0.02, deviation 0.01, t = 0.02·√3 / 0.01 = 3.4641.
    let test = try #require(PairedTest([0.01, 0.02, 0.03]))
    #expect(abs(test.differences.mean - 0.02) < 1e-15)
    #expect(abs((test.differences.deviation ?? 0) - 0.01) < 1e-15)
    let t = 12.0.squareRoot()
    #expect(abs((test.probability ?? 0) - (1 - t / (2 + t * t).squareRoot())) < 1e-12)
    // Of eight choices of signs only all plus and all minus lie as far out.
    #expect(test.exactProbability == 0.25)
  }

  @Test func signs() {
    #expect(PairedTest([1, -1])?.exactProbability == 1)
    #expect(PairedTest([1])?.exactProbability == 1)
    #expect(PairedTest([1, 1, 1, 1])?.exactProbability == 0.125)
    #expect(PairedTest([Double](repeating: 1, count: 17))?.exactProbability == nil)
  }

  @Test func tooFewToTell() {
    #expect(PairedTest([]) == nil && Spread([]) == nil)
    #expect(PairedTest([0.1])?.probability == nil && Spread([3])?.deviation == nil)
    #expect(PairedTest([0.1, 0.1])?.probability == nil)
  }
}
