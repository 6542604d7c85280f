import Foundation
import TesseraWeights

/// The file in which plans of convolutions last, measured once on each processor.
public struct PlanReport: Hashable, Sendable, Encodable {
  /// Where it is; nil where the environment names no home.
  public let file: String?
  /// Plans in it for this processor and library.
  public let count: Int
  /// Why plans are not read or kept; nil where they are.
  public let problem: String?

  /// Looks at a file, which need not exist.
  init(_ cache: PlanCache) {
    file = cache.path
    do {
      count = try cache.plans().count
      problem = cache.path.flatMap(Self.obstacle)
    } catch {
      count = 0
      problem = "\(error)"
    }
  }

  /// What keeps the file from being written; folders that are missing are made.
  private static func obstacle(to path: String) -> String? {
    var folder = URL(filePath: path).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" { folder.deleteLastPathComponent() }
    return FileManager.default.isWritableFile(atPath: folder.path)
      ? nil : "\(folder.path): the folder cannot be written"
  }
}
