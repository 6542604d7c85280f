internal import TesseraFiles

/// Reads the files of credentials, which are small and, where secret, nobody else's business.
enum CredentialFile {
  /// Room for a bundle of every authority there is.
  static let limit = 4 << 20

  /// Reads what anybody may read.
  static func read(_ path: String) throws(CredentialError) -> [UInt8] {
    do throws(FileError) {
      return try InputFile.read(path, limit: limit)
    } catch {
      throw .unreadable(error)
    }
  }

  /// Reads what is secret, and refuses it where it is not.
  ///
  /// A group may read it: services get their secrets that way.
  static func readSecret(_ path: String) throws(CredentialError) -> [UInt8] {
    let bytes: [UInt8]?
    do throws(FileError) {
      let file = try InputFile(path: path)
      guard file.length <= limit else {
        throw FileError(path: path, operation: .read, cause: .tooLarge(byteCount: file.length, limit: limit))
      }
      bytes = try file.permissions & 0o007 == 0 ? file.read(file.length, at: 0) : nil
    } catch {
      throw .unreadable(error)
    }
    guard let bytes else { throw .readableByOthers(file: path) }
    return bytes
  }
}
