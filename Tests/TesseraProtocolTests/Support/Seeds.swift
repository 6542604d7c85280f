import Foundation

/// How many random runs a simulation makes: few, or as many as `TESSERA_SEEDS` says, a number or a range: `17-18`.
enum Seeds {
  static func run(_ few: UInt64, _ body: (UInt64) throws -> Void) rethrows {
    let told =
      ProcessInfo.processInfo.environment["TESSERA_SEEDS"]?.split(separator: "-").compactMap { UInt64($0) } ?? []
    let (first, end) = told.count == 2 ? (told[0], told[1]) : (0, told.first ?? few)
    for seed in first..<max(first, end) { try body(seed) }
  }
}
