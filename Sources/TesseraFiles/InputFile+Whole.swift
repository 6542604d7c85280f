extension InputFile {
  /// Reads a whole file of at most `limit` bytes, which is checked before memory is taken for it.
  ///
  /// The result has fewer bytes than the file had at first where another process shortens it meanwhile, never more.
  ///
  /// - Throws: ``FileError``, also for what is too large or no regular file.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    guard file.length <= limit else {
      throw FileError(path: path, operation: .read, cause: .tooLarge(byteCount: file.length, limit: limit))
    }
    return try file.read(file.length, at: 0)
  }
}
