import Foundation
import TesseraCredentials
import Testing

extension CommandTests {
  /// What `token` makes.
  struct TokenTests {
    @Test func theLineIsTheTokens() async throws {
      let outcome = try await Tool.run(["token", "camera-1"])
      expectDone(outcome)
      let folder = try TemporaryFolder()
      let lines = outcome.outputLines
      #expect(lines.count == 3 && lines.last == "")
      for (name, line) in zip(["token", "list"], lines) {
        let path = folder.path(name)
        try Data(line.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      }
      let token = try BearerToken(file: folder.path("token"))
      let entries = try TokenList(file: folder.path("list")).entries
      #expect(entries == [TokenEntry(name: "camera-1", digest: token.digest)])
      let another = try await Tool.run(["token", "camera-1"])
      #expect(another.output != outcome.output)
    }

    @Test func whatProtectsAServerIsLookedAtBeforeItsModel() async throws {
      let exposed = try await Tool.run(["serve", "--model", "none", "--listen", "0.0.0.0:0"])
      expectError(exposed, status: 1)
      #expect(exposed.errors.contains("will not listen on 0.0.0.0"), "\(exposed.errors)")
      let unnamed = try await Tool.run(["serve", "--model", "none", "--tokens", "/none/tokens"])
      expectError(unnamed, status: 1)
      #expect(unnamed.errors.contains("/none/tokens: cannot open it"), "\(unnamed.errors)")
    }

    @Test func aTokenThatOthersMayReadIsNotSent() async throws {
      let folder = try TemporaryFolder()
      let path = folder.path("token")
      try Data("secret\n".utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      let request = ["request", "--server", "127.0.0.1:1", path, "--out", folder.path("out")]
      let outcomes = [
        try await Tool.run(request + ["--token-file", path]),
        try await Tool.run(request, variables: ["TESSERA_TOKEN_FILE": path]),
        try await Tool.run(["conform", "127.0.0.1:1", "--token-file", path]),
        try await Tool.run(["conform", "127.0.0.1:1"], variables: ["TESSERA_TOKEN_FILE": path]),
      ]
      for outcome in outcomes {
        expectError(outcome, status: 1)
        #expect(outcome.errors.contains("chmod o-rwx"), "\(outcome.errors)")
      }
    }
  }
}
