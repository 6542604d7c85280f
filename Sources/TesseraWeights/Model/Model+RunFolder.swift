import Foundation

extension Model {
  /// The file of a run folder that holds its best weights: what the folder means where a model is asked for.
  package static let bestFileName = "best.safetensors"

  /// The weights that a path of a model stands for: of a run folder its best ones, else the file itself.
  package static func weightsFile(at path: String) -> String {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? "\(path)/\(bestFileName)" : path
  }
}
