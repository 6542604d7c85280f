import TesseraImaging

/// An image without a label map, as a file.
public struct UnlabelledImage: Hashable, Sendable {
  /// The path below its folder, without suffix.
  public let name: String
  /// Where it lies.
  public let path: String

  /// Names an image.
  public init(name: String, path: String) {
    self.name = name
    self.path = path
  }

  /// The PNG images below a folder, sorted by name.
  ///
  /// - Throws: `.unreadable` where the folder cannot be listed; `.emptySplit` where no image is in it.
  public static func all(in folder: String) throws(DatasetError) -> [UnlabelledImage] {
    let files = try FolderContents(of: folder, suffix: ".png").files
    guard !files.isEmpty else {
      throw DatasetError(
        .emptySplit, folder, cause: "there is no PNG image in this folder of images without labels",
        remedy: "name a folder that has some")
    }
    return files.sorted { $0.key < $1.key }.map { UnlabelledImage(name: $0.key, path: $0.value) }
  }

  /// Reads the file; every pixel has class 0, so that what a crop shows beside the image, which is void, can be told.
  func decoded() throws(DatasetError) -> DecodedSample {
    let image: Image
    do {
      image = try PNG.readImage(at: path)
    } catch {
      throw DatasetError(
        .unreadable, path, cause: error.explanation, remedy: "mend the file or take it out of the folder")
    }
    guard image.width > 0, image.height > 0 else {
      throw DatasetError(.invalidSample, path, cause: "the image has no pixels", remedy: "export it again")
    }
    return DecodedSample(
      name: name, width: image.width, height: image.height, pixels: image.pixels,
      classes: [UInt16](repeating: 0, count: image.width * image.height))
  }
}
