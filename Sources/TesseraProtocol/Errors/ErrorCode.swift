/// Why a request or a connection failed, as ERROR carries it.
///
/// Open: a peer may send codes that are not in the table. What to do then stands in the ``RetryClass`` beside the code.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt16

  /// Wraps a number from the wire.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// No common version, or a critical TLV nobody knows.
  public static let version = Self(rawValue: 1)
  /// Preface, type, state, flag, reserved field or id is illegal.
  public static let `protocol` = Self(rawValue: 2)
  /// The checksum of a frame header is wrong.
  public static let headerCRC = Self(rawValue: 3)
  /// The checksum of a payload is wrong.
  public static let payloadCRC = Self(rawValue: 4)
  /// A frame was lost, doubled or reordered.
  public static let sequence = Self(rawValue: 5)
  /// A frame is larger than its type allows.
  public static let limit = Self(rawValue: 6)
  /// Credit or the number of open requests was overrun.
  public static let credit = Self(rawValue: 7)
  /// A compressed payload breaks the strict zstd profile.
  public static let codec = Self(rawValue: 8)
  /// Bytes produced or received differ from the number announced.
  public static let sizeMismatch = Self(rawValue: 9)
  /// The client did not prove who it is.
  public static let authentication = Self(rawValue: 10)
  /// Too many pings, cancels or provoked errors.
  public static let calm = Self(rawValue: 11)
  /// A handshake, frame, idle or write deadline passed.
  public static let timeout = Self(rawValue: 12)
  /// No model of that name or generation is loaded.
  public static let unknownModel = Self(rawValue: 100)
  /// Width, height or size does not suit the model or each other.
  public static let badShape = Self(rawValue: 101)
  /// The image could not be decoded.
  public static let badImage = Self(rawValue: 102)
  /// Encoding, layout or output is not offered.
  public static let unsupported = Self(rawValue: 103)
  /// The input's digest differs from the one announced.
  public static let digest = Self(rawValue: 104)
  /// Side, pixels, message or result is over its limit.
  public static let tooLarge = Self(rawValue: 105)
  /// The queue is full.
  public static let overloaded = Self(rawValue: 200)
  /// The request's time ran out.
  public static let deadline = Self(rawValue: 201)
  /// The client cancelled the request.
  public static let cancelled = Self(rawValue: 202)
  /// The server is going away.
  public static let draining = Self(rawValue: 203)
  /// The server's memory budget is spent.
  public static let memoryBudget = Self(rawValue: 204)
  /// The model is loading or failing its canary.
  public static let notReady = Self(rawValue: 205)
  /// The server is at fault.
  public static let `internal` = Self(rawValue: 300)
  /// The model produced a number that is not finite.
  public static let nonfiniteOutput = Self(rawValue: 301)
  /// The model failed.
  public static let modelFault = Self(rawValue: 302)
}
