import ArgumentParser
import Foundation
import TesseraCredentials

/// Where a client's bearer token is read from; never from the command line, which other users of the machine can read.
struct TokenFileOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "File that holds the bearer token alone; also from TESSERA_TOKEN_FILE.", valueName: "file"))
  var tokenFile: String?

  /// Reads the token; nil where no file is named.
  func token() throws -> BearerToken? {
    guard let file = tokenFile ?? ProcessInfo.processInfo.environment["TESSERA_TOKEN_FILE"] else { return nil }
    return try BearerToken(file: file)
  }
}
