public import TesseraProtocol

/// Why a request to a pool of connections has no result, after every retry that its policy allows.
public enum RequestError: Error, Hashable, Sendable {
  /// What the last attempt ended with, whichever side found it; DEADLINE and CANCELLED, too.
  case failed(SegmentationError)
  /// No address could be connected to: why, one error for each that was tried.
  case unreachable([ClientError])
}

extension RequestError {
  /// Whether and where to try again.
  public var retry: RetryClass {
    switch self {
    case .failed(let error): return error.retry
    case .unreachable(let errors):
      let classes = Set(errors.map(\.retry)).subtracting([.never])
      return classes.count > 1 ? .anotherServer : classes.first ?? .never
    }
  }

  /// How long to wait before a retry of class ``RetryClass/afterDelay``; zero for the others.
  public var retryAfter: Duration {
    guard retry == .afterDelay else { return .zero }
    return switch self {
    case .failed(let error): error.retryAfter
    case .unreachable(let errors): errors.filter { $0.retry == .afterDelay }.map(\.retryAfter).min() ?? .zero
    }
  }

  var isUnreachable: Bool {
    if case .unreachable = self { true } else { false }
  }

  /// Whether a server turned the request away because it is going away.
  var isDraining: Bool {
    if case .failed(let error) = self { error.code == .draining } else { false }
  }

  /// The same in the terms of one request, for those who ask servers and engines alike.
  public var segmentationError: SegmentationError {
    switch self {
    case .failed(let error): error
    case .unreachable:
      SegmentationError(
        code: .internal, scope: .connection, retry: retry, retryAfter: retryAfter, detail: 0, message: description)
    }
  }
}

extension RequestError: CustomStringConvertible {
  /// One line: what, where, why and what to do.
  public var description: String {
    switch self {
    case .failed(let error): "\(error)"
    case .unreachable(let errors):
      errors.count == 1 ? "\(errors[0])" : "no server can be reached: " + errors.map { "\($0)" }.joined(separator: "; ")
    }
  }
}
