import Foundation
import TesseraImaging

extension PNGHeader {
  /// Reads the header alone from an image file.
  init(imagePath path: String) throws(DatasetError) {
    guard isFile(path), let handle = FileHandle(forReadingAtPath: path) else {
      throw DatasetError(
        .unreadable, path, cause: "the file cannot be opened", remedy: "check that it exists and may be read")
    }
    defer { try? handle.close() }
    let bytes: Data
    do {
      bytes = try handle.read(upToCount: PNGHeader.byteCount) ?? Data()
    } catch {
      throw DatasetError(.unreadable, path, cause: "the file cannot be read", remedy: "check the disk")
    }
    do {
      self = try PNG.header(of: Array(bytes))
    } catch {
      throw DatasetError(.unreadable, path, cause: "\(error)", remedy: "export the image again as PNG")
    }
  }
}
