/// How a request ended, for whoever counts and logs.
package struct RequestEnding: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    /// Its result is on its way.
    case answered
    /// ERROR of scope 0 is on its way.
    case failed(ErrorCode)
    /// The connection ended before.
    case lost
  }

  package let id: RequestID
  /// The model's name as the client gave it, or that of the one it was given; text from outside.
  package let model: String
  package let outcome: Outcome
}

extension RequestEnding.Outcome: CustomStringConvertible {
  /// The code's name, or OK or LOST.
  package var description: String {
    switch self {
    case .answered: "OK"
    case .failed(let code): code.description
    case .lost: "LOST"
    }
  }
}
