import Foundation

/// The files below a folder, told apart by suffix.
struct FolderContents {
  /// Paths of files with the suffix, by the name that remains without it.
  var files: [String: String] = [:]
  /// Paths of all other files.
  var strays: [String] = []

  /// Bounds on what a folder may hold: files, and folders inside each other.
  private static let fileLimit = 1_000_000
  private static let depthLimit = 8

  /// Lists a folder and the folders in it.
  ///
  /// Names that begin with a dot are strays, whatever they end in: systems leave them beside real files.
  init(of folder: String, suffix: String) throws(DatasetError) {
    try add(folder, prefix: "", suffix: suffix, depth: 0)
    strays.sort()
  }

  private mutating func add(_ folder: String, prefix: String, suffix: String, depth: Int) throws(DatasetError) {
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw DatasetError(
        .unreadable, folder, cause: "the folder cannot be listed", remedy: "check that it exists and may be read")
    }
    guard files.count + strays.count + entries.count <= Self.fileLimit else {
      throw DatasetError(
        .unreadable, folder, cause: "there are more than \(Self.fileLimit) files", remedy: "divide the data set")
    }
    for entry in entries {
      let path = "\(folder)/\(entry)"
      if entry.hasPrefix(".") {
        strays.append(path)
      } else if entry.count > suffix.count, entry.lowercased().hasSuffix(suffix.lowercased()) {
        files[prefix + entry.dropLast(suffix.count)] = path
      } else if depth < Self.depthLimit, isFolder(path) {
        try add(path, prefix: "\(prefix)\(entry)/", suffix: suffix, depth: depth + 1)
      } else {
        strays.append(path)
      }
    }
  }
}

/// Whether a path leads to a folder.
func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

/// Whether a path leads to a file or anything else that is no folder.
func isFile(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
}

/// A path of a description or list as seen from a folder.
func resolved(_ path: String, in folder: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
