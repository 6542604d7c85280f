import ArgumentParser
import Foundation
import TesseraTensor

/// When the requests of an open loop are to be sent, whatever became of earlier ones.
struct ArrivalSchedule: Sendable {
  /// How arrivals follow each other.
  enum Pattern: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// Independently of each other: exponential gaps.
    case poisson
    /// At equal distances.
    case fixed
  }

  /// Times from the load's beginning, ascending.
  let offsets: [Duration]

  /// Most arrivals of a schedule.
  static let mostArrivals = 1_000_000

  /// - Parameters:
  ///   - rate: arrivals a second, above 0.
  ///   - length: how long they go on.
  init(_ pattern: Pattern, rate: Double, length: Duration, generator: inout Generator) {
    let end = length / .seconds(1)
    var times: [Double] = []
    var time = 0.0
    while true {
      time += pattern == .fixed ? 1 / rate : -log(1 - generator.uniform()) / rate
      guard time < end, times.count < Self.mostArrivals else { break }
      times.append(time)
    }
    offsets = times.map { .seconds($0) }
  }
}
