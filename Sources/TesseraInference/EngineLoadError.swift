public import TesseraProtocol

/// Why a model that is sound in itself cannot be used.
public enum EngineLoadError: Error, Hashable, Sendable {
  /// The models take more memory than the machine has left.
  case memory(models: [String], needed: Int, usable: Int)
  /// The weights are of another network than those that they would replace.
  case otherArchitecture(path: String, old: String, new: String)
  /// A first image could not be segmented.
  case trialFailed(path: String, SegmentationError)
}

extension EngineLoadError: CustomStringConvertible {
  /// One line: what, where, why and what to do.
  public var description: String {
    switch self {
    case .memory(let models, let needed, let usable):
      "\(models.count == 1 ? "the model" : "the models") \(models.joined(separator: ", ")) may take "
        + "\(Self.size(needed)), and this machine has \(Self.size(usable)) to spare; "
        + (models.count == 1 ? "serve a smaller one" : "serve fewer or smaller ones") + ", or free some memory"
    case .otherArchitecture(let path, let old, let new):
      "\(path): holds \(new), but \(old) is being served; start the server anew to change the architecture"
    case .trialFailed(let path, let error):
      "\(path): a first image failed with \(error.code) (\(error.message)); give weights that were trained to the end"
    }
  }

  private static func size(_ bytes: Int) -> String {
    let mebibytes = bytes >> 20
    guard mebibytes >= 10 * 1024 else { return "\(mebibytes) MiB" }
    return "\(mebibytes >> 10) GiB"
  }
}
