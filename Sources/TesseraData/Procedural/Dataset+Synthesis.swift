import Foundation
import TesseraFiles
import TesseraImaging
import TesseraLabels

extension Dataset {
  /// Numbers of images that a procedural data set can have.
  public static let synthesizedCounts = 2...1_000_000

  /// Writes a procedural data set of street scenes: four fifths to learn from, one fifth to validate.
  ///
  /// The same arguments write the same bytes. `dataset.yaml` comes last, so a set that was interrupted is none.
  ///
  /// - Parameters:
  ///   - path: a folder that is empty or not there yet.
  ///   - images: number of scenes, in ``synthesizedCounts``.
  ///   - width: columns, in ``SceneGenerator/sides``.
  ///   - height: rows, in ``SceneGenerator/sides``.
  ///   - seed: what the scenes follow from.
  ///   - progress: called with the number of scenes written so far.
  /// - Throws: `.outOfBounds` for a number outside its bounds; `.outputNotEmpty`; `.unwritable`.
  public static func synthesize(
    to path: String, images: Int, width: Int, height: Int, seed: UInt64, progress: (Int) -> Void = { _ in }
  ) throws(DatasetError) {
    try check(images, in: synthesizedCounts, "images", path)
    try check(width, in: SceneGenerator.sides, "width", path)
    try check(height, in: SceneGenerator.sides, "height", path)
    try prepareFolders(path)
    let generator = SceneGenerator(width: width, height: height, seed: seed)
    let trainCount = images - max(1, images / 5)
    for index in 0..<images {
      let scene = generator.scene(index)
      let split = index < trainCount ? Split.train : .val
      let digits = String(index)
      let name = String(repeating: "0", count: 6 - digits.count) + digits + ".png"
      try write("\(path)/images/\(split)/\(name)") { try PNG.encode(scene.image) }
      try write("\(path)/labels/\(split)/\(name)") {
        try PNG.encodeStoredIDs(scene.labelMap, labelSet: SceneGenerator.labelSet)
      }
      progress(index + 1)
    }
    do {
      try DurableFile.write(
        Array(description(width: width, height: height, images: images, seed: seed).utf8),
        to: "\(path)/\(DatasetDescription.fileName)")
    } catch {
      throw DatasetError(
        .unwritable, path, cause: error.explanation, remedy: "choose a folder with space that may be written")
    }
  }

  private static func check(
    _ value: Int, in bounds: ClosedRange<Int>, _ what: String, _ path: String
  ) throws(DatasetError) {
    guard !bounds.contains(value) else { return }
    throw DatasetError(
      .outOfBounds, path, cause: "\(what) is \(value)",
      remedy: "choose \(bounds.lowerBound) to \(bounds.upperBound)")
  }

  private static func prepareFolders(_ path: String) throws(DatasetError) {
    if isFile(path) {
      throw DatasetError(.outputNotEmpty, path, cause: "there is a file of this name", remedy: "name another folder")
    }
    if isFolder(path) {
      guard let contents = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw DatasetError(.unwritable, path, cause: "the folder cannot be listed", remedy: "check its permissions")
      }
      guard contents.isEmpty else {
        throw DatasetError(
          .outputNotEmpty, path, cause: "the folder holds \(abbreviated(contents.sorted())) already",
          remedy: "name a new folder, or empty this one")
      }
    }
    for folder in ["images/train", "images/val", "labels/train", "labels/val"] {
      do {
        try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
      } catch {
        throw DatasetError(
          .unwritable, "\(path)/\(folder)", cause: "the folder cannot be made",
          remedy: "choose a place with space that may be written")
      }
    }
  }

  private static func write(_ path: String, _ encode: () throws -> [UInt8]) throws(DatasetError) {
    do {
      try DurableFile.write(encode(), to: path)
    } catch {
      throw DatasetError(
        .unwritable, path, cause: "the file cannot be written (\(error))",
        remedy: "choose a place with space that may be written")
    }
  }

  private static func description(width: Int, height: Int, images: Int, seed: UInt64) -> String {
    let names = SceneGenerator.labelSet.classes.map(\.name).joined(separator: ", ")
    let colors = SceneGenerator.labelSet.classes.map { "[\($0.color.red), \($0.color.green), \($0.color.blue)]" }
    return """
      # Procedural street scenes: \(images) images of \(width)x\(height), seed \(seed).
      names: [\(names)]
      colors: [\(colors.joined(separator: ", "))]
      void: \(SceneClass.voidID)

      """
  }
}
