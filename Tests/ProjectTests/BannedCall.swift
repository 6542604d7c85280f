/// A spelling that the project does without, and what to write in its place.
struct BannedCall: Sendable {
  /// Where a ban holds.
  enum Scope: Sendable {
    /// Everywhere, comments too.
    case everywhere
    /// In all Swift code.
    case swift
    /// In the code of targets.
    case sources
    /// In the code of targets that others can link.
    case libraries

    func contains(_ path: String) -> Bool {
      switch self {
      case .everywhere: path != "LICENSE"
      case .swift: path.hasSuffix(".swift")
      case .sources: path.hasPrefix("Sources/") && path.hasSuffix(".swift")
      case .libraries: path.hasPrefix("Sources/Tessera") && path.hasSuffix(".swift")
      }
    }
  }

  let spelling: String
  let scope: Scope
  let replacement: String
  /// The only files that may have it.
  var exceptions: Set<String> = []
  /// Whether it is meant, by what follows in the code; always so where nothing else is said.
  var isMeant: @Sendable (ArraySlice<UInt8>) -> Bool = { _ in true }

  /// Every ban of the project.
  static let all: [BannedCall] = [
    BannedCall(
      spelling: "try!", scope: .swift, replacement: "throw on, or use #require in a test"),
    BannedCall(
      spelling: "fatalError(", scope: .swift,
      replacement: "throw a typed error; for a caller's bug use precondition, naming the operation and its values"),
    BannedCall(
      spelling: "print(", scope: .libraries, replacement: "return the text, or take a Logger; only commands print"),
    BannedCall(
      spelling: ".write(to:", scope: .sources, replacement: durable,
      isMeant: { rest in
        let argument = text(rest.prefix { ![UInt8(ascii: ","), UInt8(ascii: ")")].contains($0) }).lowercased()
        return ["url", "path", "file"].contains { argument.contains($0) }
      }),
    BannedCall(spelling: ".write(toFile:", scope: .sources, replacement: durable),
    BannedCall(
      spelling: ".atomic", scope: .sources, replacement: durable,
      isMeant: { rest in rest.first.map { !isWord($0) } ?? true }),
    BannedCall(
      spelling: "@unchecked Sendable", scope: .swift,
      replacement: "make it a value, or guard its state by a Mutex or an actor",
      exceptions: ["Sources/TesseraTensor/TensorStorage.swift"]),
    BannedCall(
      spelling: "DispatchQueue.global", scope: .swift,
      replacement: "run it on the engine's threads, or as a child task of its caller"),
    BannedCall(spelling: "Task.detached", scope: .libraries, replacement: childTask),
    BannedCall(
      spelling: "Task", scope: .libraries, replacement: childTask,
      // A task group waits for all its children, so a computation that never ends would hold up the server's end for
      // ever. The queue keeps each task with its request, cancels it, awaits it, and leaves it at the hard end alone.
      // The same holds for loading a model, which a file system may hang.
      exceptions: ["Sources/TesseraServer/RequestQueue.swift", "Sources/TesseraServer/ModelLoading.swift"],
      isMeant: { rest in
        let next = rest.drop { $0 == UInt8(ascii: " ") }
        return next.first == UInt8(ascii: "{")
          || (next.first == UInt8(ascii: "(")
            && text(next.dropFirst(arguments(next).count + 2).prefix(2)).contains("{"))
      }),
    BannedCall(spelling: "Date()", scope: .sources, replacement: monotonic),
    BannedCall(spelling: "Date.now", scope: .sources, replacement: monotonic),
    BannedCall(spelling: "SuspendingClock", scope: .sources, replacement: monotonic),
    BannedCall(
      spelling: "CLOCK_REALTIME", scope: .sources, replacement: monotonic,
      // A line of the log says when it was written.
      exceptions: ["Sources/TesseraServer/Logs/JSONLogHandler.swift"]),
    BannedCall(
      spelling: "time(nil)", scope: .sources, replacement: monotonic,
      // Certificates are valid from one day to another.
      exceptions: ["Sources/TesseraCredentials/TLSContext.swift", "Sources/TesseraCredentials/TLSFault.swift"]),
    BannedCall(spelling: "SystemRandomNumberGenerator", scope: .swift, replacement: generator),
    BannedCall(
      spelling: ".random(in:", scope: .swift, replacement: generator,
      // A seed would repeat them. The server's instance number tells clients that it is another process than before.
      // The client's grease must not become a value that servers can expect and treat as known. A token is a secret.
      // Pools whose delays are alike would come back to a busy server together.
      exceptions: [
        "Sources/TesseraServer/Server.swift", "Sources/TesseraClient/Connector.swift",
        "Sources/TesseraClient/Pool/ClientPool.swift",
        "Sources/TesseraCredentials/BearerToken.swift",
      ],
      isMeant: { rest in !text(arguments([UInt8(ascii: "(")] + rest)).contains("using:") }),
    BannedCall(spelling: ".shuffled()", scope: .swift, replacement: generator),
    BannedCall(spelling: ".shuffle()", scope: .swift, replacement: generator),
    BannedCall(spelling: ".randomElement()", scope: .swift, replacement: generator),
    BannedCall(
      spelling: "TO" + "DO", scope: .everywhere, replacement: "do it, or write an issue", isMeant: endsWord),
    BannedCall(
      spelling: "FIX" + "ME", scope: .everywhere, replacement: "fix it, or write an issue", isMeant: endsWord),
  ]

  private static let durable = "write through DurableFile, which survives a power loss and keeps the old file"
  private static let childTask = "use a task group, async let, or the caller's task: every task has an owner"
  private static let monotonic = "measure with ContinuousClock, which nobody sets: a deadline must not jump"
  private static let generator = "pass a seeded Generator: every random number can be repeated"

  func findings(in file: SourceText) -> [Finding] {
    guard scope.contains(file.path), !exceptions.contains(file.path) else { return [] }
    let isEverywhere = if case .everywhere = scope { true } else { false }
    return file.occurrences(of: spelling, inComments: isEverywhere).filter { start in
      let isWhole = start == 0 || !Self.isWord(spelling.utf8.first ?? 0) || !Self.isWord(file.text[start - 1])
      return isWhole && isMeant(file.code[(start + spelling.utf8.count)...])
    }.map { start in
      Finding(
        path: file.path, line: file.line(at: start), message: "\(spelling) is not used here", remedy: replacement)
    }
  }

  @Sendable private static func endsWord(_ rest: ArraySlice<UInt8>) -> Bool { rest.first.map { !isWord($0) } ?? true }

  private static func isWord(_ byte: UInt8) -> Bool {
    let scalar = Unicode.Scalar(byte)
    return scalar.properties.isAlphabetic || scalar == "_" || ("0"..."9").contains(scalar)
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  /// What stands in the parentheses that these bytes begin with.
  private static func arguments(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var depth = 0
    var inside: [UInt8] = []
    for byte in bytes {
      if byte == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0 && !inside.isEmpty { break }
      inside.append(byte)
      if byte == UInt8(ascii: "(") { depth += 1 }
    }
    return Array(inside.dropFirst())
  }
}
