extension DurableFile {
  /// Replaces or creates the file at `path` by these bytes.
  ///
  /// - Throws: ``FileError``; the old file is intact unless the operation is
  ///   ``FileError/Operation/synchronizeFolder``.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try DurableFile(path: path)
    try file.write(bytes.span.bytes)
    try file.commit()
  }
}
