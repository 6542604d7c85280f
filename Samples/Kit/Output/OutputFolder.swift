import Foundation
import TesseraFiles
package import TesseraImaging

/// Where a sample leaves its pictures and tables.
package struct OutputFolder: Sendable {
  private let path: String

  /// Makes the folder where it is not there yet.
  ///
  /// - Throws: ``OutputFolderError`` where it cannot be made.
  package init(path: String) throws(OutputFolderError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw OutputFolderError(path: path)
    }
  }

  /// Writes a picture as PNG and returns its path.
  package func write(_ image: Image, as name: String) throws -> String {
    try write(PNG.encode(image), as: name)
  }

  /// Writes a text and returns its path.
  package func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }

  private func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = "\(path)/\(name)"
    try DurableFile.write(bytes, to: file)
    return file
  }
}

/// A folder that cannot be made.
package struct OutputFolderError: Error, Hashable, CustomStringConvertible {
  /// The folder as the caller named it.
  package let path: String

  /// One line: place, cause, remedy.
  package var description: String {
    "\(path): cannot make this folder; name another by --out, in a place where you may write and where no file has its "
      + "name"
  }
}
