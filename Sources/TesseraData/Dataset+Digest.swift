import Crypto
import TesseraFiles

extension Dataset {
  /// Tells the files of the training and the validation split from those of any other data set.
  ///
  /// SHA-256 over both splits, as 64 hexadecimal digits. Of a split: each sample in order as name, 0, and the digests
  /// of the image's and the label map's file. Wherever the folder lies, and whatever the files are called beyond a
  /// sample's name, makes no difference. Every file is read; none is decoded.
  ///
  /// - Throws: as ``samples(in:)``; `.unreadable`.
  public func digest() throws(DatasetError) -> String {
    var hash = SHA256()
    for split in [Split.train, .val] {
      hash.update(Array("\(split)".utf8) + [0])
      for sample in try samples(in: split) {
        hash.update(Array(sample.name.utf8) + [0])
        for path in [sample.imagePath, sample.labelMapPath] { hash.update(try Self.digest(ofFile: path)) }
      }
    }
    return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func digest(ofFile path: String) throws(DatasetError) -> [UInt8] {
    var hash = SHA256()
    do throws(FileError) {
      let file = try InputFile(path: path)
      let piece = 1 << 20
      for offset in stride(from: 0, to: file.length, by: piece) {
        hash.update(try file.read(min(piece, file.length - offset), at: offset))
      }
    } catch {
      throw DatasetError(
        .unreadable, path, cause: error.explanation, remedy: "tessera validate finds every such file")
    }
    return Array(hash.finalize())
  }
}

extension SHA256 {
  fileprivate mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update(bufferPointer: $0) } }
}
