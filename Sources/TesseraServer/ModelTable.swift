internal import TesseraProtocol

/// The models of a server at one moment.
struct ModelTable {
  /// The current generation of each model, the default first; held by the table, so that none of them goes before it.
  let current: [ModelGeneration]
  /// Earlier generations that were in use.
  let earlier: [ModelDescription]
  /// Whether every model has been loaded once.
  let areLoaded: Bool

  /// What requests may name, as ``ServerConnection`` takes it: nothing before every model has been loaded.
  var descriptions: [ModelDescription] { areLoaded ? current.map(\.model) + earlier : [] }
}
