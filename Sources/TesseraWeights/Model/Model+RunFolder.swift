extension Model {
  /// The file of a run folder that holds its best weights: what the folder means where a model is asked for.
  package static let bestFileName = "best.safetensors"
}
