import Foundation
import TesseraProtocol
import Testing

@testable import TesseraCredentials

@Suite struct TokenListTests {
  private static let digest = String(repeating: "0f", count: 32)

  private func entries(_ text: String) throws(CredentialError) -> [TokenEntry] {
    try TokenList(Array(text.utf8), file: "tokens").entries
  }

  @Test func linesCommentsAndLimits() throws {
    let other = String(repeating: "A0", count: 32)
    let entries = try entries(
      "# clients — of the hall\n\ncamera-1 \(Self.digest)\n  desk_2\t\(other) rate=10/s  inflight=4 # Anna's\r\n")
    #expect(entries.map(\.name) == ["camera-1", "desk_2"])
    #expect(entries.map(\.digest.description) == [Self.digest, other.lowercased()])
    #expect(entries.map(\.inflight) == [nil, 4])
    #expect(entries.map(\.rate) == [nil, 10])
  }

  @Test(
    arguments: [
      ("Camera \(digest)", "name"), ("\(String(repeating: "a", count: 65)) \(digest)", "name"), ("camera", "digest"),
      ("camera \(digest.dropLast())", "digest"), ("camera \(digest)0", "digest"),
      ("camera \(digest.dropLast())g", "digest"), ("camera \(digest) inflight=0", "inflight=0"),
      ("camera \(digest) inflight=1000001", "inflight"), ("camera \(digest) inflight=-4", "inflight"),
      ("camera \(digest) inflight=4 inflight=4", "twice"), ("camera \(digest) rate=10", "rate=10"),
      ("camera \(digest) rate=10/m", "rate"), ("camera \(digest) rate=/s", "rate"),
      ("camera \(digest) rate=99999999999999999999/s", "rate"), ("camera \(digest) colour=red", "colour"),
      ("camera é \(digest)", "ASCII"), ("camera\u{0} \(digest)", "ASCII"),
    ])
  func aLineThatBreaksTheForm(_ line: String, _ word: String) throws {
    let error = #expect(throws: CredentialError.self) { try entries("# first\n\(line)\n") }
    guard case .badLine("tokens", 2, let problem) = error else { throw Unexpected(error: error) }
    #expect(problem.contains(word), "\(problem)")
    #expect(error?.description.hasPrefix("tokens:2: ") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func aNameOrATokenTwice() throws {
    let other = String(repeating: "1e", count: 32)
    #expect(throws: CredentialError.badLine(file: "tokens", line: 2, problem: "a was named above")) {
      try entries("a \(Self.digest)\na \(other)")
    }
    #expect(throws: CredentialError.badLine(file: "tokens", line: 3, problem: "b has the token of somebody above")) {
      try entries("a \(Self.digest)\n\nb \(Self.digest.uppercased())")
    }
  }

  @Test(arguments: ["", "\n\n", "# nobody yet\n"])
  func nobody(_ text: String) {
    #expect(throws: CredentialError.noTokens(file: "tokens")) { try entries(text) }
  }

  @Test func filesThatOthersMayReadAreRefused() throws {
    let file = NSTemporaryDirectory() + "tessera-\(UUID().uuidString)"
    try Data("a \(Self.digest)\n".utf8).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    for (mode, isRefused) in [(0o600, false), (0o640, false), (0o604, true), (0o602, true), (0o644, true)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
      if isRefused {
        #expect(throws: CredentialError.readableByOthers(file: file)) { try TokenList(file: file) }
      } else {
        #expect(try TokenList(file: file).entries.count == 1)
      }
    }
    let error = #expect(throws: CredentialError.self) { try TokenList(file: file + "x") }
    #expect(error?.description.contains("check the path") == true)
  }
}

@Suite struct BearerTokenTests {
  private func withFile<Value>(_ text: String, mode: Int = 0o600, _ body: (String) throws -> Value) throws -> Value {
    let file = NSTemporaryDirectory() + "tessera-\(UUID().uuidString)"
    try Data(text.utf8).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    return try body(file)
  }

  @Test func aNewTokenIsReadBackAndFoundInAList() throws {
    let token = BearerToken.random()
    #expect(token.text.utf8.count == 72 && token.text.hasPrefix("tessera_"))
    #expect(BearerToken.random() != token)
    for end in ["", "\n", "\r\n"] {
      #expect(try withFile(token.text + end) { try BearerToken(file: $0) } == token)
    }
    let line = TokenEntry(name: "camera", digest: token.digest).line
    #expect(try TokenList(Array(line.utf8), file: "f").entries.first?.digest == token.digest)
    #expect(!line.contains(token.text.suffix(16)))
  }

  @Test(arguments: ["", "\n", "one two", "one\n\n", "one\ntwo\n", "é", String(repeating: "a", count: 4094)])
  func noToken(_ text: String) throws {
    let error = try withFile(text) { file in #expect(throws: CredentialError.self) { try BearerToken(file: file) } }
    guard case .noToken = error else { throw Unexpected(error: error) }
  }

  @Test func aTokenThatOthersMayRead() throws {
    let error = try withFile("secret", mode: 0o644) { file in
      #expect(throws: CredentialError.self) { try BearerToken(file: file) }
    }
    guard case .readableByOthers = error else { throw Unexpected(error: error) }
    #expect(error?.description.contains("secret; chmod") == true)
  }
}

private struct Unexpected: Error {
  let error: CredentialError?
}
