/// Which modules the files of each target may import: imports point down only.
enum ImportRule {
  private static let system: Set = ["Glibc", "Synchronization"]
  private static let foundation: Set = [
    "Glibc", "Synchronization", "Dispatch", "Foundation", "FoundationEssentials",
  ]

  /// One line a target, lowest first; C targets import nothing of Swift's.
  static let table: [String: Set<String>] = [
    "TesseraFiles": ["Glibc"],
    "TesseraLabels": [],
    "TesseraTensor": system.union(["CTesseraBLAS", "CTesseraDNN", "CTesseraKernels"]),
    "TesseraNN": system.union(["TesseraTensor"]),
    "TesseraImaging": foundation.union(["TesseraFiles", "TesseraLabels", "CTesseraPNG"]),
    "TesseraProtocol": system.union(["TesseraLabels", "CTesseraZstd", "NIOCore", "Crypto"]),
    "TesseraWeights": foundation.union([
      "TesseraFiles", "TesseraModels", "TesseraNN", "TesseraTensor", "TesseraLabels", "Crypto",
    ]),
    "TesseraModels": system.union(["TesseraNN", "TesseraTensor"]),
    "TesseraData": foundation.union([
      "TesseraFiles", "TesseraImaging", "TesseraLabels", "TesseraTensor", "Crypto", "Yams",
    ]),
    "TesseraCredentials": system.union(["TesseraFiles", "TesseraProtocol", "NIOCore", "NIOSSL"]),
    "TesseraServer":
      foundation
      .union(["TesseraCredentials", "TesseraProtocol", "TesseraLabels", "NIOHTTP1"])
      .union(transports).union(operations),
    "TesseraClient": foundation.union(["TesseraCredentials", "TesseraProtocol", "TesseraLabels"]).union(transports),
    "TesseraConformance": system.union(["TesseraCredentials", "TesseraProtocol", "TesseraLabels"]).union(transports),
    "TesseraTraining": foundation.union(networks).union(["TesseraFiles", "TesseraData", "TesseraLabels"]),
    "TesseraInference": foundation.union(networks)
      .union(["TesseraFiles", "TesseraImaging", "TesseraProtocol", "TesseraLabels", "Crypto"]),
    "tessera": foundation.union(networks).union(services).union(["ArgumentParser", "Yams"]).union(operations),
    "tessera-bench": foundation.union(networks)
      .union([
        "TesseraTraining", "TesseraInference", "TesseraClient", "TesseraProtocol", "TesseraData", "TesseraFiles",
        "TesseraImaging", "TesseraLabels", "ArgumentParser", "NIOCore", "NIOHTTP1", "NIOPosix",
      ]),
  ]

  /// The same for the folders of the samples, which show what the libraries below training can do.
  static let samples: [String: Set<String>] = [
    "CZlib": [],
    "Kit": foundation.union(["TesseraFiles", "TesseraImaging", "TesseraLabels", "TesseraTensor", "ArgumentParser"]),
    "Digits": foundation.union(sampled).union(["SampleKit", "CZlib", "TesseraFiles"]),
    "GaussianGAN": foundation.union(sampled).union(["SampleKit"]),
    "DigitsGAN": foundation.union(sampled).union(["SampleKit", "Digits"]),
    "SemiSupervisedDigits": foundation.union(sampled).union(["SampleKit", "Digits"]),
    "PseudoLabels": foundation.union(sampled).union(["SampleKit", "Digits"]),
  ]

  private static let sampled: Set = [
    "TesseraNN", "TesseraTensor", "TesseraImaging", "TesseraLabels", "ArgumentParser",
  ]
  private static let transports: Set = ["NIOCore", "NIOPosix", "NIOSSL", "NIOTLS"]
  private static let operations: Set = ["Logging", "Metrics", "ServiceLifecycle", "UnixSignals"]
  private static let networks: Set = ["TesseraModels", "TesseraWeights", "TesseraNN", "TesseraTensor"]
  private static let services: Set = [
    "TesseraTraining", "TesseraInference", "TesseraServer", "TesseraClient", "TesseraConformance",
    "TesseraCredentials", "TesseraData",
    "TesseraImaging", "TesseraLabels", "TesseraProtocol",
  ]

  /// The imports that the table does not allow to the target of this file.
  static func findings(in file: SourceText) -> [Finding] {
    let parts = file.path.split(separator: "/")
    let tables = ["Sources": table, "Samples": samples]
    guard parts.count > 2, let table = tables[String(parts[0])] else { return [] }
    let target = String(parts[1])
    guard let allowed = table[target] else {
      return [
        Finding(
          path: file.path, line: 1, message: "the target \(target) is not in the table of imports",
          remedy: "give it a line in Tests/ProjectTests/ImportRule.swift")
      ]
    }
    return imports(in: file).filter { !allowed.contains($0.module) }.map { line, module in
      Finding(
        path: file.path, line: line, message: "\(target) may not import \(module)",
        remedy: allowed.isEmpty
          ? "it imports nothing: write what is needed in the standard library's terms"
          : "move the code to a target that may, or use one of \(allowed.sorted().joined(separator: ", "))")
    }
  }

  /// Every import with its line, whatever stands before the word.
  static func imports(in file: SourceText) -> [(line: Int, module: String)] {
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "actor"]
    let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    return zip(1..., file.codeLines).flatMap { number, line in
      line.split(separator: ";").compactMap { statement in
        let words = statement.split(whereSeparator: \.isWhitespace)
        guard let keyword = words.firstIndex(of: "import"),
          words[..<keyword].allSatisfy({ $0.hasPrefix("@") || levels.contains($0) }),
          let name = words[(keyword + 1)...].first(where: { !kinds.contains($0) })
        else { return nil }
        return (number, String(name.prefix { $0 != "." }))
      }
    }
  }
}
