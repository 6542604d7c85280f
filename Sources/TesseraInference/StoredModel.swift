import TesseraNN
public import TesseraProtocol
import TesseraTensor
public import TesseraWeights

/// A model as a file: what it is, and the digest of its bytes.
public struct StoredModel: Sendable {
  /// The segmenter.
  public let model: Model
  /// SHA-256 of the file.
  public let digest: ContentDigest

  /// Reads a weights file, or the best weights of a run folder.
  ///
  /// - Throws: ``ModelError`` with the file, the place, the cause and the remedy.
  public init(path: String) throws(ModelError) {
    let file = try Self.file(path)
    try self.init(file, digest: ContentDigest(of: file.fileBytes))
  }

  /// Reads the same where the file has another digest; nil where it has this one.
  ///
  /// - Throws: ``ModelError`` with the file, the place, the cause and the remedy.
  init?(path: String, unlike digest: ContentDigest) throws(ModelError) {
    let file = try Self.file(path)
    let found = ContentDigest(of: file.fileBytes)
    if found == digest { return nil }
    try self.init(file, digest: found)
  }

  private static func file(_ path: String) throws(ModelError) -> SafetensorsFile {
    do {
      return try SafetensorsFile(path: Model.weightsFile(at: path))
    } catch {
      throw .file(error)
    }
  }

  private init(_ file: SafetensorsFile, digest: ContentDigest) throws(ModelError) {
    self.digest = digest
    model = try Model(file)
    if let name = model.values.weights.first(where: { $0.tensor.nonfiniteCount() > 0 })?.name {
      throw .metadata(file: file.path, key: name, problem: "holds numbers that are not finite")
    }
    // The square root of a negative one is no number, which a rectifier behind it would hide.
    let variances = zip(model.values.bufferNames, model.values.buffers).filter { $0.0.hasSuffix("running_var") }
    if let name = variances.first(where: { $0.1.elements.contains { $0 < 0 } })?.0 {
      throw .metadata(file: file.path, key: name, problem: "holds a negative variance")
    }
  }
}
