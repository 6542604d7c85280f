/// Which requests a server takes, whatever it tells of its state.
package enum Intake: Hashable, Sendable {
  /// None: models are loading.
  case nothing
  /// Those of every model but some, by name.
  case all(but: Set<String>)

  /// All of them.
  package static let everything = Self.all(but: [])

  /// Whether a request of a model is taken; one of an unknown model is, to be told so.
  func takes(_ model: String?) -> Bool {
    switch self {
    case .nothing: false
    case .all(let others): model.map { !others.contains($0) } ?? true
    }
  }
}
