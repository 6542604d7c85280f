import Glibc
import TesseraWeights

/// Writes a file of weights through the library, or says which one is there: what a campaign lets faults fall into.
@main
enum DurableWriter {
  private static let usage = """
    usage: durable-writer write FILE SEED FLOATS    writes so many numbers that follow from the seed
           durable-writer check FILE                prints the seed and the count of a file that is whole

    """

  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    do {
      switch (arguments.first ?? "", arguments.count) {
      case ("write", 4):
        guard let seed = UInt32(arguments[3]), let count = Int(arguments[4]), count >= 0 else { return fail(usage, 64) }
        try write(arguments[2], seed: seed, count: count)
      case ("check", 2): print(try check(arguments[2]))
      default: fail(usage, 64)
      }
    } catch { fail("\(error)\n", 1) }
  }

  private static func write(_ path: String, seed: UInt32, count: Int) throws(SafetensorsError) {
    var writer = SafetensorsWriter(metadata: ["seed": "\(seed)", "count": "\(count)"])
    let floats = numbers(seed, count)
    writer.add("first", shape: [count / 2], floats: Array(floats[..<(count / 2)]))
    writer.add("second", shape: [count - count / 2], floats: Array(floats[(count / 2)...]))
    writer.seal()
    try writer.write(durablyTo: path)
  }

  /// Holds the seal and every number against what was meant to be written.
  private static func check(_ path: String) throws -> String {
    let file = try SafetensorsFile(path: path)
    try file.verifySeal()
    guard let seed = file.metadata["seed"].flatMap({ UInt32($0) }),
      let count = file.metadata["count"].flatMap({ Int($0) }),
      try file.floats("first") + file.floats("second") == numbers(seed, count)
    else { throw Mixture(path: path) }
    return "\(seed) \(count)"
  }

  /// Numbers that differ between seeds almost everywhere.
  private static func numbers(_ seed: UInt32, _ count: Int) -> [Float] {
    (0..<count).map { Float((UInt32($0) &* 2_654_435_761 &+ seed) >> 8) }
  }

  private static func fail(_ message: String, _ status: Int32) {
    let bytes = Array(message.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    exit(status)
  }
}

/// A file that is neither the old one nor the new one, whatever its seal says.
private struct Mixture: Error, CustomStringConvertible {
  let path: String
  var description: String { "\(path): holds numbers of no single file" }
}
