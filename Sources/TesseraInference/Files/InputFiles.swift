import Foundation
import TesseraImaging

/// Turns what people name as inputs into files.
public enum InputFiles {
  /// The PNG files that the arguments mean, in their order, each once.
  ///
  /// A folder means its `*.png`, sorted. What is no file and holds `*`, `?` or `[` is a glob, as a shell expands it.
  /// Anything else means itself, whether it is there or not: whoever reads it says what is wrong.
  ///
  /// - Throws: ``PredictionError`` for a folder without PNG files and a glob that matches nothing.
  public static func expand(_ arguments: [String]) throws(PredictionError) -> [String] {
    var seen: Set<String> = []
    var files: [String] = []
    for argument in arguments {
      for file in try expand(argument) where seen.insert(file).inserted { files.append(file) }
    }
    return files
  }

  /// The label maps that the arguments mean: as ``expand(_:)``, without `X-overlay.png` where `X.png` is among them.
  ///
  /// - Throws: ``PredictionError`` as ``expand(_:)``.
  public static func expandLabelMaps(_ arguments: [String]) throws(PredictionError) -> [String] {
    let files = try expand(arguments)
    let all = Set(files)
    return files.filter { !Overlay.isOverlay($0, ofAnyIn: all) }
  }

  private static func expand(_ argument: String) throws(PredictionError) -> [String] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder)
    if exists { return isFolder.boolValue ? try pictures(in: argument) : [argument] }
    guard argument.contains(where: { "*?[".contains($0) }) else { return [argument] }
    let matches = matches(of: argument)
    guard !matches.isEmpty else {
      throw PredictionError(path: argument, cause: "no file matches", remedy: "check the pattern")
    }
    var files: [String] = []
    for match in matches {
      let isThere = FileManager.default.fileExists(atPath: match, isDirectory: &isFolder)
      files += isThere && isFolder.boolValue ? try pictures(in: match) : [match]
    }
    return files
  }

  private static func pictures(in folder: String) throws(PredictionError) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw PredictionError(path: folder, cause: "the folder cannot be listed", remedy: "check its permissions")
    }
    let pictures = names.filter { $0.lowercased().hasSuffix(".png") && !$0.hasPrefix(".") }.sorted()
    guard !pictures.isEmpty else {
      throw PredictionError(
        path: folder, cause: "no PNG is in this folder", remedy: "name a folder of PNG images; others are not searched")
    }
    return pictures.map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
  }

  private static func matches(of pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
  }
}
