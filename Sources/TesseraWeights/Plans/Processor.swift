import Foundation

/// The processor, as far as numeric work cares.
public struct Processor: Hashable, Sendable, Encodable {
  /// Such as "AMD EPYC 9R14".
  public let model: String
  /// The vector instructions that it has, of those that the numeric libraries use.
  public let instructions: [String]

  private static let relevant = [
    "sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni",
    "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "sve",
  ]

  /// The one that this process runs on.
  package static let current = Processor(
    systemText: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")

  /// Reads what the system says in `/proc/cpuinfo`; what it does not say is unknown or missing.
  package init(systemText text: String) {
    var values: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard let key = parts.first?.trimmed, parts.count == 2, values[key] == nil else { continue }
      values[key] = parts[1].trimmed
    }
    model = values["model name"] ?? "unknown"
    let flags = Set((values["flags"] ?? values["Features"] ?? "").split(separator: " ").map(String.init))
    instructions = Self.relevant.filter(flags.contains)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var rest = self
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
