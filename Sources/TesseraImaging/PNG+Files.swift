public import TesseraFiles
public import TesseraLabels

extension PNG {
  /// Reads a picture from a file.
  ///
  /// - Throws: ``PNGFileError`` with the path: for a file that is missing, unreadable, a folder, empty or larger than
  ///   the limit, and for whatever ``decodeImage(_:limits:)`` refuses.
  public static func readImage(at path: String, limits: PNGLimits = .default) throws(PNGFileError) -> Image {
    let bytes = try read(path, limits)
    do {
      return try decodeImage(bytes, limits: limits)
    } catch {
      throw PNGFileError(path: path, cause: .png(error))
    }
  }

  /// Reads the ids of a label map from a file.
  ///
  /// - Throws: ``PNGFileError`` with the path: for a file that is missing, unreadable, a folder, empty or larger than
  ///   the limit, and for whatever ``decodeLabelMap(_:limits:)`` refuses.
  public static func readLabelMap(
    at path: String, limits: PNGLimits = .default
  ) throws(PNGFileError) -> RawLabelMap {
    let bytes = try read(path, limits)
    do {
      return try decodeLabelMap(bytes, limits: limits)
    } catch {
      throw PNGFileError(path: path, cause: .png(error))
    }
  }

  /// Writes bytes to a file that is there whole or not at all.
  ///
  /// - Throws: ``FileError`` with path, operation and cause; the file that stood there before stays as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try DurableFile.write(bytes, to: path)
  }

  private static func read(_ path: String, _ limits: PNGLimits) throws(PNGFileError) -> [UInt8] {
    do {
      return try InputFile.read(path, limit: limits.maximumFileBytes)
    } catch {
      throw PNGFileError(path: path, cause: .file(error))
    }
  }
}
