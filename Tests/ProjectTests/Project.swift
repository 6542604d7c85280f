import Foundation

/// The files of the project as they lie around this one.
enum Project {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// What may lie at the top, beside dot files and what Git ignores there.
  static let topLevel: Set = [
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Package.swift", "Protocol", "README.md", "Samples", "Sources",
    "Tests",
  ]

  /// Files that Git ignores at the top.
  static let ignored: Set = ["Package.resolved", "runs"]

  /// Names at the top of the project.
  static func topLevelNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path()).sorted()
  }

  /// Names of the folders in a folder, such as `Sources`.
  static func folders(in folder: String) throws -> [String] {
    let url = root.appending(path: folder, directoryHint: .isDirectory)
    return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: [.isDirectoryKey])
      .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
      .map(\.lastPathComponent).sorted()
  }

  /// Every text file of the project.
  static func texts() throws -> [SourceText] {
    let entries = topLevel.union([".ci", ".gitignore", ".swift-format"])
    return try entries.sorted().flatMap { entry in try paths(under: entry).compactMap(text) }
  }

  /// The Swift files under a folder, such as `Sources`.
  static func swiftFiles(in folder: String) throws -> [SourceText] {
    try paths(under: folder).filter { $0.hasSuffix(".swift") }.compactMap(text)
  }

  /// Every file that somebody programmed: by its name, or by a first line that says what runs it.
  static func sources() throws -> [SourceText] {
    let endings = [".swift", ".c", ".h", ".lua", ".py"]
    return try texts().filter { file in
      endings.contains { file.path.hasSuffix($0) } || file.text.starts(with: "#!".utf8)
    }
  }

  /// Paths relative to the root: the entry itself, or the files under it.
  private static func paths(under entry: String) throws -> [String] {
    let url = root.appending(path: entry)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path(), isDirectory: &isDirectory) else { return [] }
    guard isDirectory.boolValue else { return [entry] }
    let built = [".build", "__pycache__", ".swiftpm", ".venv"]
    return try FileManager.default.subpathsOfDirectory(atPath: url.path())
      .filter { path in !path.split(separator: "/").contains { part in built.contains { part.hasPrefix($0) } } }
      .map { "\(entry)/\($0)" }.sorted()
  }

  /// The text of a file, nil for a folder or a file of bytes.
  private static func text(_ path: String) -> SourceText? {
    guard let data = try? Data(contentsOf: root.appending(path: path)), !data.contains(0) else { return nil }
    return String(data: data, encoding: .utf8).map { SourceText(path: path, text: $0) }
  }
}
