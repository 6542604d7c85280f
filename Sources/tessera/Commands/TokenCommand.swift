import ArgumentParser
import TesseraCredentials

/// Makes a bearer token.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make a bearer token for a client, and the server's line for it.",
    discussion: """
      Prints two lines. The first is the token: 256 random bits, for the client alone. It is kept nowhere and never
      shown again. The second goes into the file of `tessera serve --tokens`; it holds the token's SHA-256, from which
      nobody finds the token. Limits over all of the client's connections may follow on it: inflight=4 (requests open
      at once), rate=10/s. Both files must be unreadable for other users (chmod 600).

      Example:
        tessera token camera-1
        tessera serve --model run --tokens tokens.txt
        tessera request --server 127.0.0.1:7450 --token-file camera-1.token photo.png --out maps
      """)

  @Argument(help: "Who the token is for: a–z, 0–9, _ and -; for the server's log.") var name: String

  func validate() throws {
    guard TokenEntry.isName(name) else { throw ValidationError("NAME \(name): give 1–64 of a–z, 0–9, _ and -") }
  }

  func run() throws {
    let token = BearerToken.random()
    try StandardOutput.line(token.text)
    try StandardOutput.line(TokenEntry(name: name, digest: token.digest).line)
  }
}
