import Foundation
import TesseraCredentials

/// Lends a path to a file of these contents that nobody else may read.
func withSecretFile(_ text: String, mode: Int = 0o600, _ body: (String) async throws -> Void) async throws {
  let file = NSTemporaryDirectory() + "tessera-\(UUID().uuidString)"
  try writeSecret(text, file, mode: mode)
  defer { try? FileManager.default.removeItem(atPath: file) }
  try await body(file)
}

/// Writes a file that nobody else may read.
func writeSecret(_ text: String, _ file: String, mode: Int = 0o600) throws {
  try Data(text.utf8).write(to: URL(filePath: file))
  try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
}

/// A client of a token list with its token.
struct TestToken {
  let token = BearerToken.random()
  let line: String

  init(_ name: String, _ limits: String = "") {
    line = TokenEntry(name: name, digest: token.digest).line + " " + limits
  }
}
