import TesseraImaging

extension FileError {
  /// The explanation alone, for errors that name the path themselves.
  var withoutPath: String { "\(self)".withoutPrefix("\(path): ") }
}

extension PNGFileError {
  /// The explanation alone, for errors that name the path themselves.
  var withoutPath: String { "\(self)".withoutPrefix("\(path): ") }
}

extension String {
  fileprivate func withoutPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
