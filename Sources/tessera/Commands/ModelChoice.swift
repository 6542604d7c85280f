import ArgumentParser
import TesseraProtocol

/// A server's model as people choose it: NAME, or NAME@GENERATION.
struct ModelChoice: ExpressibleByArgument {
  let name: String
  /// 0 for the current one.
  let generation: UInt32

  init?(argument: String) {
    let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first.map(String.init), ModelDescription.isName(name) else { return nil }
    self.name = name
    guard parts.count == 2 else {
      generation = 0
      return
    }
    guard let generation = UInt32(parts[1]), generation > 0 else { return nil }
    self.generation = generation
  }
}
