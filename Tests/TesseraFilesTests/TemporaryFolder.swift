import Foundation

/// A folder for one test, removed when the test lets go of it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "tessera-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// Puts a file there without the code under test.
  func create(_ name: String, _ bytes: [UInt8] = [1]) throws {
    try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
  }

  func contents(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: "\(path)/\(name)")))
  }
}
