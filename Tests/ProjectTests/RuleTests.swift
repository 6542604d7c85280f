import Testing

/// Each rule finds what breaks it and leaves alone what only looks so.
struct RuleTests {
  private func banned(_ code: String, in path: String = "Sources/TesseraNN/A.swift") -> [String] {
    let file = SourceText(path: path, text: code)
    return BannedCall.all.flatMap { $0.findings(in: file) }.map { "\($0.line) \($0.message.prefix { $0 != " " })" }
  }

  private func forbiddenImports(_ code: String, target: String) -> [String] {
    ImportRule.findings(in: SourceText(path: "Sources/\(target)/A.swift", text: code)).map {
      "\($0.line) \($0.message.split(separator: " ").last ?? "")"
    }
  }

  @Test func codeIsSeparatedFromCommentsAndStrings() {
    func code(_ text: String, _ path: String = "a.swift") -> String {
      String(decoding: SourceText(path: path, text: text).code, as: UTF8.self)
    }
    #expect(code("a // b\nc") == "a     \nc")
    #expect(code("a /* b /* c */ d\n */ e") == "a               \n    e")
    #expect(code("a /* /* */ b", "a.c") == "a          b")
    #expect(code(#"f("a\"b") // c"#) == #"f("    ")     "#)
    #expect(code(##"#"a"b"# c"##) == ##"#"   "# c"##)
    #expect(code(#""a\(b("c"))d" e"#) == #"" (b(" ")) " e"#.replacing("\" (", with: "\"  ("))
    #expect(code("\"\"\"\n a \"b\" //\n \"\"\" c") == "\"\"\"\n         \n \"\"\" c")
    #expect(code("'\"' a // b", "a.c") == "' ' a     ")
    #expect(code("\"open\nnext") == "\"    \nnext")
    #expect(code("#if a // b") == "#if a     ")
  }

  @Test func forbiddenImportsAreFound() {
    #expect(forbiddenImports("import Foundation", target: "TesseraLabels") == ["1 Foundation"])
    #expect(forbiddenImports("import Synchronization", target: "TesseraLabels") == ["1 Synchronization"])
    #expect(forbiddenImports("import Glibc\npublic import TesseraWeights", target: "TesseraNN") == ["2 TesseraWeights"])
    #expect(forbiddenImports("package import struct NIOCore.ByteBuffer", target: "TesseraData") == ["1 NIOCore"])
    #expect(forbiddenImports("@preconcurrency import NIOPosix", target: "TesseraProtocol") == ["1 NIOPosix"])
    #expect(forbiddenImports("#if os(Linux)\n  import A; import B\n#endif", target: "tessera") == ["2 A", "2 B"])
    #expect(forbiddenImports("", target: "TesseraUtils").count == 1)
    #expect(forbiddenImports("// import A\nlet s = \"import B\"\nimportance()", target: "TesseraLabels") == [])
    #expect(forbiddenImports("public import TesseraTensor", target: "TesseraNN") == [])
  }

  @Test func longLinesFilesAndFunctionsAreFound() {
    func findings(_ text: String) -> [String] {
      SizeRule.findings(in: SourceText(path: "a.swift", text: text)).map { "\($0.line) \($0.message)" }
    }
    #expect(findings(String(repeating: "x", count: 120)) == [])
    #expect(findings("\n" + String(repeating: "x", count: 121)) == ["2 121 columns, at most 120"])
    #expect(findings(String(repeating: "é", count: 120)) == [])
    #expect(findings(String(repeating: "\n", count: 400)) == [])
    #expect(findings(String(repeating: "\n", count: 401)) == ["401 401 lines, at most 400"])
    // Of other languages only lines are short.
    let script = "#!/bin/sh\n" + String(repeating: "x", count: 121) + String(repeating: "\n", count: 401)
    #expect(SizeRule.findings(in: SourceText(path: "run", text: script)).map(\.line) == [2])
    func function(_ head: String, lines: Int) -> String {
      "\n" + head + " {" + String(repeating: "\n", count: lines - 1) + "}"
    }
    for head in [
      "func f()", "init(a: Int)", "init?(a: Int)", "deinit", "subscript(i: Int) -> Int", "static func < (a: A) -> Bool",
      "func f(\n) throws(E)\n  -> [Int]\nwhere A == B", "func f(a: () -> Void = { }) -> Int",
    ] {
      let extra = head.split(separator: "\n").count - 1
      #expect(findings(function(head, lines: 80 - extra)) == [], "\(head)")
      #expect(
        findings(function(head, lines: 81 - extra)) == ["2 a function of 81 lines, at most 80"], "\(head)")
    }
    let long = function("struct S", lines: 100)
    #expect(findings("protocol P {\n  func f()\n  init(a: Int)\n}\nself.init()" + long) == [])
  }

  @Test(arguments: [
    ("try! f()", "try!"), ("fatalError()", "fatalError("), ("x\n  print(1)", "print("),
    ("try data.write(to: url)", ".write(to:"), ("d.write(to: URL(filePath: p), options: [])", ".write(to:"),
    ("s.write(toFile: p, atomically: true)", ".write(toFile:"), ("options: .atomic)", ".atomic"),
    ("final class A: @unchecked Sendable {}", "@unchecked"),
    ("DispatchQueue.global().async {}", "DispatchQueue.global"),
    ("Task { f() }", "Task"), ("let t = Task(priority: .high) { f() }", "Task"), ("Task.detached { }", "Task.detached"),
    ("var g = SystemRandomNumberGenerator()", "SystemRandomNumberGenerator"),
    ("Int.random(in: 0..<f(3))", ".random(in:"),
    ("let now = Date()", "Date()"), ("Date.now", "Date.now"), ("SuspendingClock()", "SuspendingClock"),
    ("clock_gettime(CLOCK_REALTIME, &t)", "CLOCK_REALTIME"), ("time(nil)", "time(nil)"),
    ("a.shuffled()", ".shuffled()"), ("a.shuffle()", ".shuffle()"), ("a.randomElement()", ".randomElement()"),
    ("// TO" + "DO: later", "TO" + "DO"), ("/* FIX" + "ME */", "FIX" + "ME"), ("\"\\(try! f())\"", "try!"),
  ])
  func bannedCallsAreFound(code: String, spelling: String) {
    let line = code.split(separator: "\n").count
    #expect(banned(code) == ["\(line) \(spelling)"])
    #expect(BannedCall.all.allSatisfy { !$0.replacement.isEmpty })
  }

  @Test(arguments: [
    "// try! f()", "\"print(1)\"", "debugPrinter.sprint(1)", "message.write(to: &buffer)", "let atomicity = x.atomics",
    "Task.checkCancellation()", "withTaskGroup { }", "let t: Task<Void, Never>", "SubTask { }", "Task.isCancelled",
    "Int.random(in: 0..<3, using: &generator)", "Float.random(\n  in: 0..<f(3),\n  using: &g)", "a.shuffled(using: &g)",
    "METHODS_TO" + "DOWN", "try f()",
  ])
  func whatOnlyLooksBannedIsLeftAlone(code: String) { #expect(banned(code) == []) }

  @Test func bansHoldWhereTheyAreMeant() {
    #expect(banned("print(1)", in: "Sources/tessera/Train.swift") == [])
    #expect(banned("Task { }", in: "Sources/tessera/Train.swift") == [])
    #expect(banned("data.write(to: url)", in: "Tests/A/B.swift") == [])
    #expect(banned("class A: @unchecked Sendable {}", in: "Sources/TesseraTensor/TensorStorage.swift") == [])
    #expect(banned("class A: @unchecked Sendable {}", in: "Tests/A/TensorStorage.swift") == ["1 @unchecked"])
    #expect(banned("# TO" + "DO", in: "Protocol/client.py") == ["1 TO" + "DO"])
  }

  @Test func pathsOfOneMachineAreFound() {
    func lines(_ text: String) -> [Int] { PathRule.findings(in: SourceText(path: "a.md", text: text)).map(\.line) }
    for prefix in PathRule.prefixes {
      #expect(lines("x\n`\(prefix)a` \(prefix)") == [2, 2])
      #expect(lines("see \(prefix.dropFirst())") == [])
      #expect(lines("https://example.org\(prefix)") == [])
    }
  }

  @Test func otherTopLevelsAreFound() {
    let names = Project.topLevel.union([".git", ".build", ".ci", "Package.resolved", "runs"])
    #expect(LayoutRule.findings(names: Array(names)) == [])
    #expect(LayoutRule.findings(names: names.union(["docs"]).sorted()).map(\.path) == ["docs"])
    #expect(LayoutRule.findings(names: names.subtracting(["LICENSE"]).sorted()).map(\.path) == ["LICENSE"])
  }
}
