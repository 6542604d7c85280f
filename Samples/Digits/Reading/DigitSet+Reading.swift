import TesseraFiles

extension DigitSet {
  /// Reads the test part of MNIST, each of its two files plain or compressed by gzip.
  ///
  /// - Throws: ``DigitFileError`` with the file and what to do.
  package static func read(folder: String) throws(DigitFileError) -> DigitSet {
    let images = try array("t10k-images-idx3-ubyte", in: folder)
    let labels = try array("t10k-labels-idx1-ubyte", in: folder)
    func require(_ array: (path: String, IDXArray), _ holds: Bool, _ expected: String) throws(DigitFileError) {
      if !holds { throw DigitFileError(path: array.path, cause: .dimensions(array.1.dimensions, expected: expected)) }
    }
    let sizes = images.array.dimensions
    try require(
      images, sizes.count == 3 && sizes.suffix(2) == [side, side] && sizes[0] >= leastCount,
      "[\(leastCount) or more, 28, 28]")
    try require(labels, labels.array.dimensions.count == 1, "[count]")
    guard sizes[0] == labels.array.dimensions[0] else {
      throw DigitFileError(path: folder, cause: .counts(images: sizes[0], labels: labels.array.dimensions[0]))
    }
    if let index = labels.array.elements.firstIndex(where: { $0 >= classCount }) {
      throw DigitFileError(path: labels.path, cause: .label(labels.array.elements[index], index: index))
    }
    return DigitSet(pixels: images.array.elements, labels: labels.array.elements)
  }

  /// Fewer could not be split into digits to learn from and digits to judge by.
  private static let leastCount = 10

  /// Most bytes of a file, packed or not: the largest of MNIST has 47 million.
  private static let byteLimit = 1 << 26

  private static func array(
    _ name: String, in folder: String
  ) throws(DigitFileError) -> (path: String, array: IDXArray) {
    for suffix in ["", ".gz"] {
      let path = "\(folder)/\(name)\(suffix)"
      guard let bytes = try bytes(path) else { continue }
      do {
        return (path, try IDXArray(bytes))
      } catch {
        throw DigitFileError(path: path, cause: .idx(error))
      }
    }
    throw DigitFileError(path: folder, cause: .missing(name: name))
  }

  /// What a file holds, inflated; nil where there is no such file.
  private static func bytes(_ path: String) throws(DigitFileError) -> [UInt8]? {
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(path, limit: byteLimit)
    } catch {
      if error.isMissing { return nil }
      throw DigitFileError(path: path, cause: .file(error))
    }
    guard Gzip.isCompressed(bytes) else { return bytes }
    do {
      return try Gzip.inflated(bytes, limit: byteLimit)
    } catch {
      throw DigitFileError(path: path, cause: .gzip(error))
    }
  }
}
