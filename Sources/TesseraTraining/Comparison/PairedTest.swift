#if canImport(Glibc)
  import Glibc
#endif

/// Whether two ways of training differ, from runs that have all but that in common pair by pair.
///
///     t = d̄ · √n / s_d,   n − 1 degrees of freedom
///
/// Source: Student 1908, "The probable error of a mean"; with few seeds and without normal differences, the exact test
/// beside it asks how many of all 2ⁿ choices of signs give a mean as far from 0 (Fisher 1935, "The design of
/// experiments", section 21).
public struct PairedTest: Hashable, Sendable, Encodable {
  /// The differences, one per pair.
  public let differences: Spread
  /// Two-sided probability of so large a t without a difference; nil for one pair or equal differences.
  public let probability: Double?
  /// Two-sided probability over all choices of signs; nil beyond 16 pairs, where t serves.
  public let exactProbability: Double?

  /// Most pairs whose signs are all tried.
  private static let exactLimit = 16

  /// Compares numbers pair by pair; nil without any.
  public init?(_ differences: [Double]) {
    guard let spread = Spread(differences) else { return nil }
    self.differences = spread
    if let deviation = spread.deviation, deviation > 0 {
      let t = spread.mean * Double(spread.count).squareRoot() / deviation
      probability = studentTail(t, degrees: spread.count - 1)
    } else {
      probability = nil
    }
    exactProbability = differences.count <= Self.exactLimit ? Self.exact(differences) : nil
  }

  private static func exact(_ differences: [Double]) -> Double {
    let observed = abs(differences.reduce(0, +))
    let choices = 1 << differences.count
    let asFar = (0..<choices).count { signs in
      let sum = differences.indices.reduce(0.0) { $0 + (signs >> $1 & 1 == 0 ? 1 : -1) * differences[$1] }
      return abs(sum) >= observed * (1 - 1e-12)
    }
    return Double(asFar) / Double(choices)
  }
}

/// The two-sided tail of Student's distribution: I_x(ν/2, ½) with x = ν / (ν + t²).
///
/// Source: NIST Digital Library of Mathematical Functions, 8.17.
func studentTail(_ t: Double, degrees: Int) -> Double {
  let n = Double(degrees)
  return regularizedBeta(n / (n + t * t), n / 2, 0.5)
}

/// I_x(a, b), by the continued fraction of DLMF 8.17.22 with the modified algorithm of Lentz.
private func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges fast below the mean; beyond it the other tail is taken.
  guard x <= (a + 1) / (a + b + 2) else { return 1 - regularizedBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  let tiny = 1e-300
  var (c, d) = (1.0, 1 / max(abs(1 - (a + b) * x / (a + 1)), tiny))
  var value = d
  for m in 1...300 {
    let m = Double(m)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    for term in [even, odd] {
      d = 1 / (1 + term * d)
      c = 1 + term / c
      value *= c * d
    }
    if abs(c * d - 1) < 1e-15 { break }
  }
  return front * value
}
