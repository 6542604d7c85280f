/// What became of the models of a server when they were to be loaded anew.
public struct ReloadReport: Hashable, Sendable {
  /// What became of one of them.
  public enum Outcome: Hashable, Sendable {
    /// It is the same as before.
    case unchanged
    /// This generation serves from now on.
    case replaced(generation: UInt32)
    /// The new one cannot be used, for this reason; the old one goes on.
    case kept(reason: String)
    /// The server ends.
    case abandoned
  }

  /// The outcome of each model by its name; none where the server's models never change.
  public let outcomes: [String: Outcome]
}
